import { ACT_DOCUMENTATION } from '../core/widget/documentation.ts';
import { failurePage } from '../core/widget/failure-page.ts';
import type { Frame } from '../core/widget/frame.ts';
import { type ActRequest, readActRequest } from '../core/widget/request.ts';
import { approvalPage, type SettledView, settledPage } from '../core/widget/result-page.ts';
import { type ApprovingRoster, approveRemovals } from './approve-removals.ts';
import { type AuditedAct, type AuditedPorts, audited } from './audited.ts';
import { discard, redrive, type SettlePorts } from './parked-changes.ts';
import type { Clock, Telemetry } from './ports.ts';
import type { Surroundings } from './show-widget.ts';

export interface ActOnWidgetPorts extends SettlePorts, AuditedPorts {
  readonly roster: SettlePorts['roster'] & ApprovingRoster;
  readonly telemetry: Telemetry;
  readonly clock: Pick<Clock, 'nowMs'>;
}

type ApproveRequest = Extract<ActRequest, { readonly kind: 'approve' }>;
type SettleRequest = Extract<ActRequest, { readonly kind: 'redrive' | 'discard' }>;

/** A step works for so long and takes so many: the console waits for its answer. What is left is the next step's. */
const STEP_MS = 8_000;
const STEP_MAX = 2_000;
const AT_ONCE = 25;
/** So many failures are no accident of one change: the step ends, and somebody looks at the log. */
const FAILURES_MAX = 20;

/** Does what a button of the widget says, and answers with what came of it. */
export async function actOnWidget(
  event: unknown,
  surroundings: Surroundings,
  requestId: string,
  ports: ActOnWidgetPorts,
): Promise<string> {
  const frame = { ...surroundings, nowMs: ports.clock.nowMs() };
  const request = readActRequest(event);
  try {
    switch (request?.kind) {
      case undefined:
        return failurePage(frame, 'This is nothing that the widget does: nothing was done.');
      case 'describe':
        return ACT_DOCUMENTATION;
      case 'approve':
        return await approve(frame, request, requestId, ports);
      case 'redrive':
      case 'discard':
        return settledPage(frame, await settle(request, requestId, ports));
      default:
        return request satisfies never;
    }
  } catch (error) {
    ports.telemetry.emit({ name: 'fault', where: `act-on-widget ${request?.kind}`, error });
    return failurePage(frame, 'It is not known whether anything was done. To try again does no harm.');
  }
}

/** Nobody tells a function of the widget who calls it; CloudTrail knows, and names this call by the same id. */
function byWhom(requestId: string): Pick<AuditedAct, 'who' | 'via'> {
  return { who: `CloudTrail: Invoke ${requestId}`, via: 'console' };
}

async function approve(
  frame: Frame,
  { conversation, hash }: ApproveRequest,
  requestId: string,
  ports: ActOnWidgetPorts,
): Promise<string> {
  const target = { ...conversation, plan: hash };
  const approval = await audited(
    { action: 'approve', target, ...byWhom(requestId) },
    ports,
    () => approveRemovals(conversation, hash, ports),
    ({ kind }) => kind,
  );
  switch (approval.kind) {
    case 'approved': {
      const { plan, untilMs } = approval;
      return approvalPage(frame, {
        ...conversation,
        kind: 'approved',
        removals: plan.removals.length,
        untilMs,
      });
    }
    case 'not_held':
      return approvalPage(frame, { ...conversation, kind: 'not_held', isOther: approval.held !== undefined });
    default:
      return approval satisfies never;
  }
}

/** One step, with one record: each step is a call of its own. */
function settle(request: SettleRequest, requestId: string, ports: ActOnWidgetPorts): Promise<SettledView> {
  const { kind, reason, parkedUntilMs } = request;
  return audited(
    { action: `parked ${kind}`, target: { reason, parkedUntilMs }, ...byWhom(requestId) },
    ports,
    () => settleStep(request, ports),
    ({ done, already, failed }) => `${done} done, ${already} settled already, ${failed} failed`,
  );
}

interface Progress {
  done: number;
  already: number;
  failed: number;
}

/**
 * Settles parked changes of one reason, as many as fit into one step. It begins at the front each time: what an earlier
 * step has settled is on the list no more, or found to be settled, so that a step that died is gone on with as well.
 */
async function settleStep(request: SettleRequest, ports: ActOnWidgetPorts): Promise<SettledView> {
  const { parked, clock } = ports;
  const { reason, parkedUntilMs } = request;
  const progress: Progress = { done: 0, already: 0, failed: 0 };
  const endMs = clock.nowMs() + STEP_MS;
  const isOver = () => clock.nowMs() >= endMs || progress.done >= STEP_MAX || progress.failed >= FAILURES_MAX;
  for (let shard = 0; shard < parked.shards; shard += 1) {
    let after: string | undefined;
    do {
      const page = await parked.page(shard, { sinceMs: 0, untilMs: parkedUntilMs }, after);
      const ids = page.changes.filter((change) => change.reason === reason).map(({ messageId }) => messageId);
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        if (isOver()) return { ...request, ...progress, isMore: true };
        await Promise.all(
          ids.slice(from, from + AT_ONCE).map((id) => settleOne(id, request, progress, ports)),
        );
      }
      after = page.next;
    } while (after !== undefined);
  }
  return { ...request, ...progress, isMore: progress.failed > 0 };
}

async function settleOne(
  messageId: string,
  { kind }: SettleRequest,
  progress: Progress,
  ports: ActOnWidgetPorts,
): Promise<void> {
  try {
    const settlement = await (kind === 'redrive' ? redrive : discard)(messageId, ports);
    switch (settlement.kind) {
      case 'done':
      // It was sent, and has failed again since.
      case 'parked_anew':
        progress.done += 1;
        return;
      case 'already':
      case 'unknown':
        progress.already += 1;
        return;
      default:
        settlement satisfies never;
    }
  } catch (error) {
    progress.failed += 1;
    ports.telemetry.emit({ name: 'fault', where: `act-on-widget ${kind}`, error });
  }
}
