import { type AppRow, type Policy, policyFor } from '../core/app.ts';
import type { ConversationRow } from '../core/conversation.ts';
import { type Comparison, compare, type Difference } from '../core/drift.ts';
import type { Participant } from '../core/listing.ts';
import type { ConversationKey } from '../core/member-key.ts';
import { isToBeMoved } from '../core/merge.ts';
import { isRunStopped, type PassPlan, planPass, withoutRemovals } from '../core/pass.ts';
import type { MemberRow } from '../core/roster.ts';
import { listAllParticipants, type Unlisted } from './list-participants.ts';
import { allMemberRows } from './member-rows.ts';
import type { Clock, ConversationRows, ReconcileRuns, Roster, Vendor } from './ports.ts';
import type { DeploymentSettings } from './settings.ts';
import type { Deadline, VendorCalls } from './vendor-calls.ts';

/** What an examination needs: nothing here can write. */
export interface ExaminePorts {
  readonly roster: Pick<Roster, 'conversation'> &
    Pick<ConversationRows, 'memberRows'> &
    Pick<ReconcileRuns, 'run'>;
  readonly vendor: Pick<Vendor, 'list'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

export interface ExamineContext {
  readonly ports: ExaminePorts;
  readonly calls: VendorCalls;
  readonly settings: Pick<DeploymentSettings, 'timings' | 'policy'>;
  readonly deadline: Deadline;
}

/** A conversation as a pass meets it, and what the pass would do. */
export interface Examination {
  readonly app: AppRow;
  readonly row: ConversationRow | undefined;
  readonly policy: Policy;
  /** When the listing began. */
  readonly startedAtMs: number;
  readonly rows: readonly MemberRow[];
  readonly found: Found;
}

export type Found = Compared | NotCompared;

export interface Compared {
  readonly listing: 'complete';
  readonly participants: readonly Participant[];
  readonly comparison: Comparison;
  readonly plan: PassPlan;
  /** Too many conversations of this run are newly held, so that none of the plan's removals is made. */
  readonly isRunStopped: boolean;
}

/** Without a complete listing nothing is drift, but a producer's own change waits no longer for one. */
export interface NotCompared {
  readonly listing: 'doubtful' | 'failed' | 'app_out' | 'not_found';
  readonly read: Unlisted;
  readonly deferred: readonly Difference[];
}

/** Reads and compares: all of a pass that changes nothing. */
export async function examineConversation(
  conversation: ConversationKey,
  app: AppRow,
  context: ExamineContext,
): Promise<Examination> {
  const { ports, calls, settings, deadline } = context;
  const row = await ports.roster.conversation(conversation);
  const startedAtMs = ports.clock.nowMs();
  const read = await listAllParticipants(conversation, app, { vendor: ports.vendor, calls, deadline });
  // The rows come after the listing: what was applied while it ran must not look like drift.
  const rows = await allMemberRows(conversation, ports.roster);
  const policy = policyFor(row, app, settings.policy);
  const known = { app, row, policy, startedAtMs, rows };
  if (read.kind !== 'complete')
    return {
      ...known,
      found: notCompared(
        read,
        rows.filter((each) => isWaiting(each, ports.clock.nowMs(), settings)),
      ),
    };
  const comparison = compare({
    conversation,
    idKind: app.idKind,
    policy,
    protectedMembers: new Set(app.protectedMembers),
    participants: read.participants,
    rows,
    listingStartedMs: startedAtMs,
    nowMs: ports.clock.nowMs(),
    timings: settings.timings,
  });
  const planned = planPass(comparison, read.participants.length, row, ports.clock.nowMs());
  const isStopped = await stopsRemovals(planned, context);
  const plan = isStopped ? withoutRemovals(planned) : planned;
  const { participants } = read;
  return {
    ...known,
    found: { listing: 'complete', participants, comparison, plan, isRunStopped: isStopped },
  };
}

/** The number of the run that a pass made now belongs to. */
export function runWindow(nowMs: number, { reconcileIntervalMs }: DeploymentSettings['timings']): number {
  return Math.floor(nowMs / reconcileIntervalMs);
}

/** Whether the run removes nobody any more. What an operator approved is removed all the same. */
async function stopsRemovals({ verdict }: PassPlan, { ports, settings }: ExamineContext): Promise<boolean> {
  if (verdict.kind === 'hold' || verdict.removals.length === 0 || verdict.spendsApproval) return false;
  return isRunStopped(await ports.roster.run(runWindow(ports.clock.nowMs(), settings.timings)));
}

/** A producer's own change that no message on the change queue stands for any more. */
function isWaiting(row: MemberRow, nowMs: number, { timings }: Pick<DeploymentSettings, 'timings'>): boolean {
  if (row.state === 'pending') return nowMs - row.wishedAtMs > timings.stuckAfterMs;
  return row.state === 'deferred' || isToBeMoved(row);
}

function notCompared(read: Unlisted, waiting: readonly MemberRow[]): NotCompared {
  const isGone = read.kind === 'failed' && read.result.kind === 'gone' && read.result.what === 'conversation';
  return { listing: isGone ? 'not_found' : read.kind, read, deferred: waiting.map(broughtBack) };
}

const WHY_BROUGHT_BACK = { deferred: 'deferred', pending: 'stuck' } as const;

function broughtBack({ key, action, version, state }: MemberRow): Difference {
  const cause = state === 'deferred' || state === 'pending' ? WHY_BROUGHT_BACK[state] : 'merged';
  return {
    member: key,
    action,
    cause,
    correction: 'deferred',
    plannedAgainst: version,
    timesCorrected: 0,
  };
}
