/**
 * Faults of the transport: what happens to a request instead of, or around, its plain answer.
 * A {@link FaultPlan} spreads them evenly: of every `blockSize` matching requests exactly `perBlock` of each kind,
 * at positions that the seed fixes.
 */
import * as z from 'zod';
import { seededRandom } from '../seeded-random.ts';
import type { Answer } from './answers.ts';
import { type Operation, operations } from './routes.ts';

/** Whether a stalled request does its work: never, at once, or only when its time is over. */
type StallApplies = 'never' | 'first' | 'last';

/**
 * - `throttle`: 429 with a text body, and the Retry-After header if one is given. Nothing is applied.
 * - `fail`: the given answer. Nothing is applied.
 * - `stall`: silence for `forMs`, then the answer, or, where it applies `never`, the end of the connection.
 * - `drop`: the request is applied, then the connection ends without an answer.
 * - `reset`: the connection is reset. Nothing is applied.
 */
export type Fault =
  | { readonly kind: 'throttle'; readonly retryAfter?: string }
  | { readonly kind: 'fail'; readonly answer: Answer }
  | { readonly kind: 'stall'; readonly forMs: number; readonly applies: StallApplies }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reset' };

export type FaultKind = Fault['kind'];

const count = z.int().min(0);
const plannedKinds = ['throttle', 'fail', 'stall', 'drop'] as const;
type PlannedKind = (typeof plannedKinds)[number];

export const faultPlanSchema = z
  .strictObject({
    seed: z.int(),
    /** Requests per block. */
    blockSize: count.min(1),
    /** How many of each block meet which fault. */
    perBlock: z.strictObject({
      throttle: count.default(0),
      fail: count.default(0),
      stall: count.default(0),
      drop: count.default(0),
    }),
    /** Which operations count and are hit; join and leave unless said otherwise. */
    operations: z.array(z.enum(operations)).default(['join', 'leave']),
    /** What the Retry-After of a 429 says, where it has one. */
    retryAfterSeconds: count.default(1),
    stallMs: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(60_000),
    stallApplies: z.enum(['never', 'first', 'last']).default('first'),
  })
  .refine(
    ({ blockSize, perBlock }) => plannedKinds.reduce((sum, kind) => sum + perBlock[kind], 0) <= blockSize,
    {
      error: 'perBlock holds more faults than blockSize has requests',
    },
  );

export type FaultPlan = z.input<typeof faultPlanSchema>;

/** Deals the faults of a plan to the requests that match it, one request after the other. */
export class FaultSchedule {
  readonly #plan: z.output<typeof faultPlanSchema>;
  readonly #random: () => number;
  #block: (PlannedKind | undefined)[] = [];
  #throttles = 0;
  #fails = 0;

  constructor(plan: FaultPlan) {
    this.#plan = faultPlanSchema.parse(plan);
    this.#random = seededRandom(this.#plan.seed);
  }

  /** What happens to the next request. */
  next(operation: Operation): Fault | undefined {
    if (!this.#plan.operations.includes(operation)) return undefined;
    if (this.#block.length === 0) this.#block = this.#newBlock();
    const kind = this.#block.pop();
    switch (kind) {
      case undefined:
        return undefined;
      case 'throttle':
        return this.#throttle();
      case 'fail':
        return { kind, answer: failures[this.#fails++ % failures.length] ?? plainFailure };
      case 'stall':
        return { kind, forMs: this.#plan.stallMs, applies: this.#plan.stallApplies };
      case 'drop':
        return { kind };
    }
  }

  #newBlock(): (PlannedKind | undefined)[] {
    const { blockSize, perBlock } = this.#plan;
    const block = plannedKinds.flatMap((kind) => Array<PlannedKind | undefined>(perBlock[kind]).fill(kind));
    while (block.length < blockSize) block.push(undefined);
    for (let last = blockSize - 1; last > 0; last -= 1) {
      const other = Math.floor(this.#random() * (last + 1));
      [block[last], block[other]] = [block[other], block[last]];
    }
    return block;
  }

  /** In turn: no header, seconds, a date. */
  #throttle(): Fault {
    const { retryAfterSeconds } = this.#plan;
    const turn = this.#throttles++ % 3;
    if (turn === 0) return { kind: 'throttle' };
    if (turn === 1) return { kind: 'throttle', retryAfter: String(retryAfterSeconds) };
    // A date has no fractions of a second: rounded up, it is never sooner than the seconds would be.
    const at = Math.ceil(Date.now() / 1000 + retryAfterSeconds) * 1000;
    return { kind: 'throttle', retryAfter: new Date(at).toUTCString() };
  }
}

/** The answer to a throttled request: plain text, as it comes from something in front of the API. */
export function throttled(retryAfter?: string): Answer {
  const headers = {
    'content-type': 'text/plain',
    ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
  };
  return { status: 429, body: 'Too Many Requests', headers };
}

const plainFailure: Answer = {
  status: 503,
  body: 'Service Unavailable',
  headers: { 'content-type': 'text/plain' },
};

/** The failures of a plan, in turn: the API's own, a proxy's page, a load balancer's text, and nothing at all. */
const failures: readonly Answer[] = [
  {
    status: 500,
    body: '{"errors":[{"code":"internal_error","title":"Something went wrong"}]}',
    headers: { 'content-type': 'application/json; charset=utf-8' },
  },
  {
    status: 502,
    body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
    headers: { 'content-type': 'text/html' },
  },
  plainFailure,
  { status: 504, body: '', headers: {} },
];

/** How an app is out: it refuses with 503, it accepts and never answers, or it resets every connection. */
export type Outage = 'refuse' | 'stall' | 'reset';

/** Longer than any client waits. */
const outageStallMs = 600_000;

export function outageFault(outage: Outage): Fault {
  switch (outage) {
    case 'refuse':
      return { kind: 'fail', answer: plainFailure };
    case 'stall':
      return { kind: 'stall', forMs: outageStallMs, applies: 'never' };
    case 'reset':
      return { kind: 'reset' };
  }
}
