/*
 * List prices in US dollars, us-east-1, as of November 2025, without free tiers and discounts. Those of the table are
 * on-demand prices as they are since November 2024.
 */
const MILLION = 1_000_000;
export const PRICES = {
  writeUnit: 0.625 / MILLION,
  readUnit: 0.125 / MILLION,
  fifoQueueRequest: 0.5 / MILLION,
  invocation: 0.2 / MILLION,
  /** arm64. */
  gigabyteSecond: 0.0000133334,
  logGigabyte: 0.5,
  trace: 5 / MILLION,
} as const;

/** What a million changes use. Each count is per change. */
export interface Usage {
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly queueRequests: number;
  readonly invocations: number;
  readonly milliseconds: number;
  readonly logBytes: number;
}

export const MEMORY_GIGABYTES = 0.25;
/** X-Ray records the first request of a second, and this share of the others. */
export const TRACED_SHARE = 0.05;

export interface Cost {
  readonly what: string;
  readonly perChange: number;
  readonly unit: string;
  readonly dollarsPerUnit: number;
  readonly dollarsPerMillion: number;
}

/** The bill of a million changes, item by item. */
export function billOf(usage: Usage): Cost[] {
  const gigabyteSeconds = (usage.milliseconds / 1_000) * MEMORY_GIGABYTES;
  const items: [string, number, string, number][] = [
    ['table, writes', usage.writeUnits, 'write request units', PRICES.writeUnit],
    ['table, reads', usage.readUnits, 'read request units', PRICES.readUnit],
    ['FIFO queue: send, receive, delete', usage.queueRequests, 'requests', PRICES.fifoQueueRequest],
    ['function, invocations', usage.invocations, 'requests', PRICES.invocation],
    ['function, 256 MB arm64', gigabyteSeconds, 'GB-seconds', PRICES.gigabyteSecond],
    ['logs', usage.logBytes / 1e9, 'GB', PRICES.logGigabyte],
    ['traces', usage.invocations * TRACED_SHARE, 'traces', PRICES.trace],
  ];
  return items.map(([what, perChange, unit, dollarsPerUnit]) => {
    return { what, perChange, unit, dollarsPerUnit, dollarsPerMillion: perChange * dollarsPerUnit * MILLION };
  });
}
