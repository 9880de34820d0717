import type { AppRow } from '../core/app.ts';
import type { ConversationRow, PassReport } from '../core/conversation.ts';
import { NOT_FOUND_PASSES_MAX } from '../core/conversation.ts';
import type { Correction } from '../core/correction.ts';
import { type Comparison, compare, type Difference } from '../core/drift.ts';
import type { Participant } from '../core/listing.ts';
import type { ConversationKey } from '../core/member-key.ts';
import { afterSending, beforeSending, isRunStopped, type PassPlan, planPass } from '../core/pass.ts';
import type { MemberRow } from '../core/roster.ts';
import { listAllParticipants, type ParticipantsRead } from './list-participants.ts';
import type {
  Clock,
  ConversationRows,
  CorrectionSender,
  ReconcileRuns,
  Roster,
  Secrets,
  Telemetry,
  Vendor,
} from './ports.ts';
import { type Deadline, VendorCalls, type VendorCallsSettings } from './vendor-calls.ts';

export interface ReconcileConversationPorts {
  readonly roster: Pick<Roster, 'app' | 'conversation' | 'patchMember'> & ConversationRows & ReconcileRuns;
  readonly corrections: CorrectionSender;
  readonly secrets: Secrets;
  readonly vendor: Vendor;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** One reconcile message: compare this conversation. */
export interface CompareRequest {
  readonly conversation: ConversationKey;
  /** Names this pass; a repeated delivery of the same message has the same, so its corrections are sent once. */
  readonly passId: string;
}

/** What one SQS batch takes. */
const BATCH = 10;

/** What one pass knows and works with. */
interface Pass extends CompareRequest {
  readonly app: AppRow;
  readonly row: ConversationRow | undefined;
  readonly startedAtMs: number;
}

/** Compares conversations with the roster and asks the consumer to repair the difference. One instance lives as long as its process. */
export class ReconcileConversation {
  readonly #ports: ReconcileConversationPorts;
  readonly #settings: VendorCallsSettings;
  readonly #calls: VendorCalls;

  constructor(ports: ReconcileConversationPorts, settings: VendorCallsSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#calls = new VendorCalls(ports, settings);
  }

  /** Makes one pass. Throws where it could not be finished; repeating it is safe. */
  async reconcile(request: CompareRequest, deadline: Deadline): Promise<void> {
    const { roster, vendor, clock } = this.#ports;
    const app = await roster.app(request.conversation.appId);
    if (!app) throw new Error('the app of a conversation with rows is not declared');
    const row = await roster.conversation(request.conversation);
    const pass: Pass = { ...request, app, row, startedAtMs: clock.nowMs() };
    const read = await listAllParticipants(request.conversation, app, {
      vendor,
      calls: this.#calls,
      deadline,
    });
    // The rows come after the listing: what was applied while it ran must not look like drift.
    const rows = await this.#rows(request.conversation);
    if (read.kind === 'complete') return this.#corrected(pass, read.participants, rows);
    if (isGone(read)) return this.#notFound(pass, rows);
    await this.#report(pass, read.kind, NOTHING_FOUND, 0, await this.#send(pass, deferredOnly(rows)));
  }

  async #corrected(
    pass: Pass,
    participants: readonly Participant[],
    rows: readonly MemberRow[],
  ): Promise<void> {
    const { roster, clock } = this.#ports;
    const comparison = this.#compare(pass, participants, rows);
    await this.#confirm(comparison.nowConfirmed, pass);
    const planned = planPass(comparison, participants.length, pass.row, clock.nowMs());
    const plan = await this.#braked(planned, pass);
    const before = beforeSending(plan, pass.row, clock.nowMs());
    if (Object.keys(before).length > 0) await roster.patchConversation(pass.conversation, before);
    const sent = await this.#send(pass, await this.#counted(plan.correct));
    await this.#report(pass, 'complete', comparison, participants.length, sent, plan);
  }

  #compare(
    { conversation, app, row, startedAtMs }: Pass,
    participants: readonly Participant[],
    rows: readonly MemberRow[],
  ): Comparison {
    return compare({
      conversation,
      idKind: app.idKind,
      policy: row?.policy ?? app.policy,
      protectedMembers: new Set(app.protectedMembers),
      participants,
      rows,
      listingStartedMs: startedAtMs,
      nowMs: this.#ports.clock.nowMs(),
      timings: this.#settings.timings,
    });
  }

  /** The listing shows what a call could not: from here on, what differs is drift. */
  async #confirm(rows: readonly MemberRow[], { startedAtMs }: Pass): Promise<void> {
    for (const { key, version, action } of rows) {
      const confirmed = { action, version, atMs: startedAtMs };
      await this.#ports.roster.patchMember(key, version, { confirmed, lateAction: null });
    }
  }

  /** Stops removing everywhere once too many conversations of one run are newly held: that is nobody's wish. */
  async #braked(plan: PassPlan, { app }: Pass): Promise<PassPlan> {
    const { roster, clock, telemetry } = this.#ports;
    const window = Math.floor(clock.nowMs() / this.#settings.timings.reconcileIntervalMs);
    const { verdict } = plan;
    if (verdict.kind === 'hold') {
      if (verdict.isNew && app.reconcile) await roster.countNewlyHeld(window);
      return plan;
    }
    if (verdict.removals.length === 0 || verdict.spendsApproval || !isRunStopped(await roster.run(window)))
      return plan;
    telemetry.emit({ name: 'run_stopped', window });
    const isRemoval = ({ correction }: Difference) => correction === 'unexpected';
    return {
      correct: plan.correct.filter((difference) => !isRemoval(difference)),
      held: [...plan.held, ...plan.correct.filter(isRemoval)],
      verdict: { kind: 'remove', removals: [], spendsApproval: false },
    };
  }

  /** Counts each correction of drift on its member's row, so that recurring ones come ever more slowly; drops what has moved on. */
  async #counted(differences: readonly Difference[]): Promise<Difference[]> {
    const { roster, clock } = this.#ports;
    const counted = await Promise.all(
      differences.map(async (difference) => {
        const { member, plannedAgainst, cause, timesCorrected } = difference;
        const isCounted = cause === 'behind_our_back' || cause === 'unconfirmed';
        if (!isCounted || plannedAgainst === undefined) return [difference];
        const patch = { timesCorrected: timesCorrected + 1, correctedAtMs: clock.nowMs() };
        return (await roster.patchMember(member, plannedAgainst, patch)) ? [difference] : [];
      }),
    );
    return counted.flat();
  }

  /** Twice in a row means removed: nobody's wish there is managed any more. */
  async #notFound(pass: Pass, rows: readonly MemberRow[]): Promise<void> {
    const { roster } = this.#ports;
    const notFoundPasses = (pass.row?.notFoundPasses ?? 0) + 1;
    if (notFoundPasses >= NOT_FOUND_PASSES_MAX) {
      for (const { key, version, state } of rows) {
        if (state === 'applied')
          await roster.patchMember(key, version, { state: 'unmanaged', confirmed: null });
      }
    }
    const sent = await this.#send(pass, deferredOnly(rows));
    await roster.patchConversation(pass.conversation, { notFoundPasses });
    await this.#report(pass, 'not_found', NOTHING_FOUND, 0, sent);
  }

  async #rows(conversation: ConversationKey): Promise<MemberRow[]> {
    const rows: MemberRow[] = [];
    let after: string | undefined;
    do {
      const page = await this.#ports.roster.memberRows(conversation, after);
      rows.push(...page.rows);
      after = page.next;
    } while (after !== undefined);
    return rows;
  }

  /** Puts corrections on the change queue; says how many. The switch stops all of them. */
  async #send({ app, passId }: Pass, differences: readonly Difference[]): Promise<number> {
    if (!app.reconcile) return 0;
    const corrections = differences.flatMap((difference) => correctionOf(difference, passId));
    for (let from = 0; from < corrections.length; from += BATCH) {
      const refused = await this.#ports.corrections.send(corrections.slice(from, from + BATCH));
      if (refused.length > 0)
        throw new Error(`${refused.length} corrections were not taken by the change queue`);
    }
    return corrections.length;
  }

  async #report(
    pass: Pass,
    listing: PassReport['listing'],
    { differences }: Comparison,
    participants: number,
    corrected: number,
    plan?: PassPlan,
  ): Promise<void> {
    const { roster, clock, telemetry } = this.#ports;
    const { passId, startedAtMs, conversation } = pass;
    const count = (action: Difference['action']) =>
      differences.filter((each) => each.action === action).length;
    const report: PassReport = {
      passId,
      startedAtMs,
      finishedAtMs: clock.nowMs(),
      listing,
      participants,
      missing: count('join'),
      unexpected: count('leave'),
      corrected,
      held: plan?.held.length ?? 0,
    };
    await roster.patchConversation(
      conversation,
      plan ? afterSending(plan, pass.row, report) : { lastPass: report },
    );
    telemetry.emit({ name: 'pass', conversation, ...report, differences });
  }
}

const NOTHING_FOUND: Comparison = { differences: [], nowConfirmed: [] };

function isGone(read: ParticipantsRead): boolean {
  return read.kind === 'failed' && read.result.kind === 'gone' && read.result.what === 'conversation';
}

/** Without a listing nothing is drift, but a producer's own change waits no longer for one. */
function deferredOnly(rows: readonly MemberRow[]): Difference[] {
  return rows
    .filter((row) => row.state === 'deferred')
    .map(({ key, action, version }) => ({
      member: key,
      action,
      cause: 'deferred',
      correction: 'deferred',
      plannedAgainst: version,
      timesCorrected: 0,
    }));
}

function correctionOf({ member, plannedAgainst, correction }: Difference, passId: string): Correction[] {
  if (!correction) return [];
  return [{ member, cause: correction, passId, ...(plannedAgainst !== undefined && { plannedAgainst }) }];
}
