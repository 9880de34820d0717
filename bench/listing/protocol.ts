import type { Target } from '../contestant/protocol.ts';

/** Lists whole conversations, so many at once. */
export type ListAll = (conversationIds: readonly string[], atOnce: number) => Promise<void>;

/** What a file under bench/listing exports. */
export interface Lister {
  readonly start: (target: Target, appId: string) => ListAll | Promise<ListAll>;
}

export interface ListingOptions {
  /** A file under bench/listing, without its ending. */
  readonly lister: string;
  readonly target: Target;
  readonly appId: string;
}

/** The conversations `c<from>` up to but not including `c<to>`. */
export interface ListingQuestion {
  readonly from: number;
  readonly to: number;
  readonly atOnce: number;
}

export interface Listed {
  readonly ms: number;
  /** The most memory that the process ever had. */
  readonly peakMb: number;
}

/** Runs a task for each of the values, so many at once as there are lanes; each task is given its lane. */
export async function inLanes<Value, Lane>(
  values: readonly Value[],
  lanes: readonly Lane[],
  run: (value: Value, lane: Lane) => Promise<void>,
): Promise<void> {
  const waiting = values.values();
  const workOff = async (lane: Lane) => {
    for (const value of waiting) await run(value, lane);
  };
  await Promise.all(lanes.map(workOff));
}

/** Lanes that have nothing of their own. */
export function lanes(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
