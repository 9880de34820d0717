import type { HeldPlan, PlannedRemoval } from '../core/conversation.ts';
import type { MemberKey } from '../core/member-key.ts';
import type { ParkedSummary } from '../core/parked.ts';
import type { ParkReason } from '../core/reasons.ts';
import { occurredAtOf } from '../core/version.ts';
import type { HeldEntries, ParkedGroup, ParkedGroups } from '../core/widget/home-page.ts';
import type { RemovalView } from '../core/widget/plan-page.ts';
import type { Clock, DeclaredApps, HeldConversations, ParkedChanges, Roster, Telemetry } from './ports.ts';

export interface ShowWidgetPorts {
  readonly roster: Pick<Roster, 'app' | 'conversation' | 'member' | 'parkedItem'>;
  readonly parked: Pick<ParkedChanges, 'shards' | 'page'>;
  readonly held: HeldConversations;
  readonly apps: DeclaredApps;
  readonly telemetry: Telemetry;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** What stands for a member in the logs. */
  hashOf(key: MemberKey): Promise<string>;
}

/** So many pages of each shard are read and no more: enough for twenty thousand changes. */
const PAGES_OF_SHARD_MAX = 5;
const HELD_MAX = 20;
const REMOVALS_MAX = 50;

export interface ParkedRead {
  readonly changes: readonly ParkedSummary[];
  /** False: there is more than was read. */
  readonly isComplete: boolean;
}

/** What is parked by then, as the table's index has it: all shards at once, and of each no more than its first pages. */
export async function readParked(parked: ShowWidgetPorts['parked'], untilMs: number): Promise<ParkedRead> {
  const shards = await Promise.all(
    Array.from({ length: parked.shards }, (_, shard) => readShard(parked, shard, untilMs)),
  );
  return {
    changes: shards.flatMap(({ changes }) => changes),
    isComplete: shards.every(({ isComplete }) => isComplete),
  };
}

async function readShard(
  parked: ShowWidgetPorts['parked'],
  shard: number,
  untilMs: number,
): Promise<ParkedRead> {
  const changes: ParkedSummary[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < PAGES_OF_SHARD_MAX; pages += 1) {
    const page = await parked.page(shard, { sinceMs: 0, untilMs }, after);
    changes.push(...page.changes);
    if (page.next === undefined) return { changes, isComplete: true };
    after = page.next;
  }
  return { changes, isComplete: false };
}

/** How many there are for each reason, the largest group first. */
export function countGroups({ changes, isComplete }: ParkedRead): ParkedGroups {
  const groups = new Map<ParkReason, ParkedGroup>();
  for (const { reason, parkedAtMs } of changes) {
    const { changes: before = 0, oldestAtMs = parkedAtMs } = groups.get(reason) ?? {};
    groups.set(reason, { reason, changes: before + 1, oldestAtMs: Math.min(oldestAtMs, parkedAtMs) });
  }
  return { groups: [...groups.values()].toSorted((a, b) => b.changes - a.changes), isComplete };
}

/** The plans held longest. What the index still shows although it is held no more is left out. */
export async function readHeld({
  held: conversations,
  roster,
}: Pick<ShowWidgetPorts, 'held' | 'roster'>): Promise<HeldEntries> {
  const { held, next } = await conversations.heldConversations(HELD_MAX);
  const rows = await Promise.all(held.map(({ key }) => roster.conversation(key)));
  const entries = rows.flatMap((row) => (row?.held ? [{ conversation: row.key, plan: row.held }] : []));
  return { entries, isComplete: next === undefined };
}

/** What the rows of those who would be removed say now, of the first so many. */
export async function readRemovals(
  { removals }: HeldPlan,
  conversation: Omit<MemberKey, 'memberId'>,
  { roster }: Pick<ShowWidgetPorts, 'roster'>,
): Promise<RemovalView[]> {
  return Promise.all(
    removals.slice(0, REMOVALS_MAX).map(async (removal) => {
      const row = await roster.member({ ...conversation, memberId: removal.memberId });
      return { memberId: removal.memberId, because: becauseOf(removal, row) };
    }),
  );
}

function becauseOf(
  { plannedAgainst }: PlannedRemoval,
  row: Awaited<ReturnType<ShowWidgetPorts['roster']['member']>>,
): RemovalView['because'] {
  if (row?.version !== plannedAgainst) return { kind: 'moved_on' };
  if (!row || row.state === 'unmanaged') return { kind: 'not_wished' };
  return { kind: 'wished_out', changeId: row.changeId, occurredAtMs: occurredAtOf(row.version) };
}
