/** The systems of a business as they report, over one morning, who joins and who leaves which conversation. */

/** A change as a producer writes it; see README.md. */
export interface ReportedChange {
  readonly version?: 1;
  readonly id: string;
  readonly action: 'join' | 'leave';
  readonly appId: string;
  readonly conversationId: string;
  readonly userId?: string;
  readonly userExternalId?: string;
  readonly subscribeSDKClient?: boolean;
  readonly occurredAt: string;
  readonly source?: string;
}

/** One person in one conversation. */
export interface Member {
  readonly appId: string;
  readonly conversationId: string;
  readonly idKind: 'userId' | 'userExternalId';
  readonly memberId: string;
}

const START_MS = Date.parse('2026-01-15T08:00:00.000Z');
export const AS_OF = '2026-01-15T12:00:00.000Z';
const END_MS = Date.parse(AS_OF);

const SOURCES = ['dispatch', 'shift-planner', 'hr'] as const;

/** Collects what arrives; in the end it is sorted by when it arrived. */
export class Morning {
  readonly #random: () => number;
  readonly #arrivals: { readonly atMs: number; readonly line: string }[] = [];
  #reported = 0;

  constructor(seed: number) {
    this.#random = mulberry32(seed);
  }

  /** A number from `from` (included) to `to` (excluded). */
  between(from: number, to: number): number {
    return from + this.#random() * (to - from);
  }

  int(from: number, to: number): number {
    return Math.floor(this.between(from, to + 1));
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** So many of them, each at most once, in random order. */
  some<Thing>(things: readonly Thing[], count: number): Thing[] {
    return things
      .map((thing) => ({ thing, rank: this.#random() }))
      .sort((a, b) => a.rank - b.rank)
      .slice(0, count)
      .map(({ thing }) => thing);
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.int(0, 15).toString(16)).join('');
  }

  /**
   * A change that happened so many minutes after eight o'clock, and reached the queue `lateMinutes` after that (a second
   * or so, unless said otherwise). Gives the line, for whoever repeats it.
   */
  report(
    action: 'join' | 'leave',
    member: Member,
    atMinutes: number,
    lateMinutes = this.between(0, 0.04),
  ): string {
    const { appId, conversationId, idKind, memberId } = member;
    const [source = 'hr'] = this.some(SOURCES, 1);
    const change: ReportedChange = {
      // One of the systems was written before the format had a version.
      ...(source !== 'hr' && { version: 1 }),
      id: this.#nextId(source),
      action,
      appId,
      conversationId,
      [idKind]: memberId,
      ...(action === 'join' && this.chance(0.2) && { subscribeSDKClient: true }),
      occurredAt: timeOf(atMinutes, source),
      ...(this.chance(0.8) && { source }),
    };
    const line = asciiJson(change);
    this.arrives(line, atMinutes + lateMinutes);
    return line;
  }

  /** Any line that reaches the queue so many minutes after eight o'clock. */
  arrives(line: string, atMinutes: number): void {
    this.#arrivals.push({ atMs: START_MS + atMinutes * 60_000, line });
  }

  lines(): string[] {
    return this.#arrivals
      .map(({ atMs, line }) => ({ atMs: Math.min(atMs, END_MS), line }))
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ line }) => line);
  }

  #nextId(source: string): string {
    this.#reported += 1;
    const number = String(this.#reported).padStart(6, '0');
    return source === 'shift-planner' ? `shift-planner:2026-01-15:${number}` : `${source}-${number}`;
  }
}

/** The planner writes its times as its own people read them; the zone is part of the text. */
function timeOf(atMinutes: number, source: string): string {
  const atMs = Math.round(START_MS + atMinutes * 60_000);
  if (source !== 'shift-planner') return new Date(atMs).toISOString();
  return new Date(atMs + 3_600_000).toISOString().replace('Z', '+01:00');
}

/** JSON with what lies outside the Basic Multilingual Plane escaped: not every queue emulator takes it as it is. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\ud800-\udfff]/g,
    (half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Small, and the same everywhere. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
