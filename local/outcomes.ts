/** How a change may end; the first of these that a function tells of a message counts. */
const ENDS = ['applied', 'already', 'superseded', 'parked'] as const;
export type End = (typeof ENDS)[number];

export interface Ended {
  readonly end: End;
  readonly reason: string;
}

/** What the functions say in their logs about each message, told line by line. */
export class Outcomes {
  readonly #ends = new Map<string, Ended>();
  readonly #deferred = new Set<string>();

  /** Takes one line of a function's log; lines that say nothing of a change are passed over. */
  read(line: string): void {
    const entry = parse(line);
    if (entry?.['message'] !== 'change') return;
    const messageId = String(entry['messageId']);
    const end = ENDS.find((each) => each === entry['outcome']);
    if (entry['outcome'] === 'deferred') this.#deferred.add(messageId);
    if (end && !this.#ends.has(messageId))
      this.#ends.set(messageId, { end, reason: String(entry['reason'] ?? '') });
  }

  of(messageId: string): Ended | undefined {
    return this.#ends.get(messageId);
  }

  /** How many changes have ended. */
  get ended(): number {
    return this.#ends.size;
  }

  /** How many changes were deferred at least once. */
  get deferred(): number {
    return this.#deferred.size;
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
