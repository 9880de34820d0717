import { type ConversationPatch, NOT_FOUND_PASSES_MAX, type PassReport } from '../core/conversation.ts';
import type { Correction } from '../core/correction.ts';
import type { Difference } from '../core/drift.ts';
import type { ConversationKey } from '../core/member-key.ts';
import { CONVERSATION_GONE } from '../core/merge.ts';
import { heldEvent } from '../core/outcome-event.ts';
import { afterSending, beforeSending, type PassPlan, withoutRemovals } from '../core/pass.ts';
import { type MemberRow, oldestDeferralMs } from '../core/roster.ts';
import { LEAVE_KEPT_MS } from '../core/timings.ts';
import { abandonRows } from './abandon-rows.ts';
import {
  type Compared,
  type Examination,
  examineConversation,
  type NotCompared,
  runWindow,
} from './examine-conversation.ts';
import type {
  Clock,
  ConversationRows,
  CorrectionSender,
  OutcomeEvents,
  ReconcileRuns,
  Roster,
  Secrets,
  Telemetry,
  Vendor,
} from './ports.ts';
import { sendCorrections } from './send-corrections.ts';
import type { DeploymentSettings } from './settings.ts';
import { tellIfPossible } from './tell-outcome.ts';
import { type Deadline, VendorCalls } from './vendor-calls.ts';

export interface ReconcileConversationPorts {
  readonly roster: Pick<Roster, 'app' | 'conversation' | 'patchMember'> & ConversationRows & ReconcileRuns;
  readonly corrections: CorrectionSender;
  readonly events: OutcomeEvents;
  readonly secrets: Secrets;
  readonly vendor: Pick<Vendor, 'list'>;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** One reconcile message: compare this conversation. */
export interface CompareRequest {
  readonly conversation: ConversationKey;
  /** Names this pass; a repeated delivery of the same message has the same, so its corrections are sent once. */
  readonly passId: string;
}

/** What one pass knows and works with. */
type Pass = CompareRequest & Omit<Examination, 'found'>;

/** Compares conversations with the roster and asks the consumer to repair the difference. One instance lives as long as its process. */
export class ReconcileConversation {
  readonly #ports: ReconcileConversationPorts;
  readonly #settings: DeploymentSettings;
  readonly #calls: VendorCalls;

  constructor(ports: ReconcileConversationPorts, settings: DeploymentSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#calls = new VendorCalls(ports, settings);
  }

  /** Makes one pass, and says what came of its listing. Throws where it could not be finished; repeating it is safe. */
  async reconcile(request: CompareRequest, deadline: Deadline): Promise<PassReport['listing']> {
    const app = await this.#ports.roster.app(request.conversation.appId);
    if (!app) throw new Error('the app of a conversation with rows is not declared');
    const { found, ...examined } = await examineConversation(request.conversation, app, {
      ports: this.#ports,
      calls: this.#calls,
      settings: this.#settings,
      deadline,
    });
    const pass: Pass = { ...request, ...examined };
    if (found.listing === 'complete') await this.#compared(pass, found);
    else await this.#notCompared(pass, found);
    return found.listing;
  }

  async #compared(pass: Pass, found: Compared): Promise<void> {
    const { listing, comparison, plan, participants } = found;
    await this.#confirm(comparison.nowConfirmed, pass);
    const report = {
      listing,
      found: comparison.differences,
      participants: participants.length,
    };
    if (!pass.app.reconcile) {
      // Switched off: what nobody acts on is not written down as done.
      const { length: held } = plan.held;
      return this.#end(pass, { ...report, held, corrected: 0 }, afterSending(undefined, pass.row));
    }
    await this.#raiseBrake(pass, found);
    const isOurs = await this.#writeAhead(pass, plan);
    const { correct, held } = isOurs ? plan : withoutRemovals(plan);
    const corrected = await this.#send(pass, await this.#counted(correct));
    const patch = afterSending(isOurs ? plan : undefined, pass.row);
    await this.#end(pass, { ...report, held: held.length, corrected }, patch);
  }

  /** False: an overlapping pass has removed somebody since this one began, so this one's removals wait for the next. */
  async #writeAhead({ conversation, row }: Pass, plan: PassPlan): Promise<boolean> {
    const { roster, clock } = this.#ports;
    const { removals, ...patch } = beforeSending(plan, row, clock.nowMs());
    if (removals) return roster.countRemovals(conversation, removals, row?.removals);
    if (Object.keys(patch).length > 0) await roster.patchConversation(conversation, patch);
    return true;
  }

  async #notCompared(pass: Pass, { listing, deferred }: NotCompared): Promise<void> {
    const notFoundPasses = listing === 'not_found' ? (pass.row?.notFoundPasses ?? 0) + 1 : undefined;
    if (notFoundPasses !== undefined && notFoundPasses >= NOT_FOUND_PASSES_MAX)
      await abandonRows(pass.rows, CONVERSATION_GONE, this.#ports.roster);
    const corrected = await this.#send(pass, deferred);
    const end = { listing, found: [], participants: 0, corrected, held: 0 };
    await this.#end(pass, end, notFoundPasses === undefined ? {} : { notFoundPasses });
  }

  /** The listing shows what a call could not: from here on, what differs is drift. */
  async #confirm(rows: readonly MemberRow[], { startedAtMs }: Pass): Promise<void> {
    for (const { key, version, action } of rows) {
      const confirmed = { action, version, atMs: startedAtMs };
      const expiresAtMs = action === 'leave' ? startedAtMs + LEAVE_KEPT_MS : null;
      await this.#ports.roster.patchMember(key, version, {
        confirmed,
        lateAction: null,
        doubtfulSinceMs: null,
        expiresAtMs,
      });
    }
  }

  /** Counts a conversation that is newly held: once too many of a run are, nothing is removed anywhere until the next. */
  async #raiseBrake({ conversation }: Pass, { plan: { verdict }, isRunStopped }: Compared): Promise<void> {
    const { roster, clock, telemetry } = this.#ports;
    const window = runWindow(clock.nowMs(), this.#settings.timings);
    if (isRunStopped) telemetry.emit({ name: 'run_stopped', window });
    if (verdict.kind !== 'hold' || !verdict.isNew) return;
    await roster.countNewlyHeld(window);
    // Before the plan is written down, after which it is new no more.
    await tellIfPossible(heldEvent(conversation, verdict.plan), this.#ports);
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

  /** Puts corrections on the change queue; says how many. The switch stops all of them. */
  async #send({ app, passId }: Pass, differences: readonly Difference[]): Promise<number> {
    if (!app.reconcile) return 0;
    const corrections = differences.flatMap((difference) => correctionOf(difference, passId));
    await sendCorrections(corrections, this.#ports.corrections);
    return corrections.length;
  }

  /** Writes down and tells what the pass found and did. */
  async #end(
    { passId, startedAtMs, conversation, rows }: Pass,
    { found, listing, participants, corrected, held }: PassEnd,
    patch: ConversationPatch,
  ): Promise<void> {
    const { roster, clock, telemetry } = this.#ports;
    const count = (action: Difference['action']) => found.filter((each) => each.action === action).length;
    const report: PassReport = {
      passId,
      startedAtMs,
      finishedAtMs: clock.nowMs(),
      listing,
      participants,
      missing: count('join'),
      unexpected: count('leave'),
      corrected,
      held,
    };
    await roster.patchConversation(conversation, { ...patch, lastPass: report });
    const age = { oldestDeferralMs: oldestDeferralMs(rows, report.finishedAtMs) };
    telemetry.emit({ name: 'pass', conversation, ...report, ...age, differences: found });
  }
}

/** What is to be told of a pass. */
interface PassEnd extends Pick<PassReport, 'listing' | 'participants' | 'corrected' | 'held'> {
  readonly found: readonly Difference[];
}

function correctionOf({ member, plannedAgainst, correction }: Difference, passId: string): Correction[] {
  if (!correction) return [];
  return [{ member, cause: correction, passId, ...(plannedAgainst !== undefined && { plannedAgainst }) }];
}
