import { backoffMs } from '../core/decision.ts';
import { type MemberKey, memberText } from '../core/member-key.ts';
import type { QueueMessage } from '../core/message.ts';
import type { ApplyWishContext, ApplyWishPorts } from './apply-wish.ts';
import type { DeploymentSettings } from './settings.ts';
import { type Deadline, RECORDING_MS, type VendorCalls } from './vendor-calls.ts';
import type { WishOutcome } from './wish-outcome.ts';

/** What a log line may say of a message besides its id; nothing, where it cannot be read. */
export interface NamedChange {
  readonly member?: MemberKey | undefined;
  readonly changeId?: string | undefined;
}

/** What is under way for one batch, and which of its messages must come again. */
export class Batch {
  readonly context: ApplyWishContext;
  readonly toRetry = new Map<QueueMessage, number>();
  /** Members whose change was deferred. */
  readonly deferred = new Set<string>();
  readonly #ports: ApplyWishPorts;

  constructor(
    ports: ApplyWishPorts,
    calls: VendorCalls,
    { timings, policy }: DeploymentSettings,
    deadline: Deadline,
  ) {
    this.#ports = ports;
    this.context = { ports, calls, timings, policy, deadline };
  }

  /** Whether there is still time to begin something. Before their first call nobody is to blame for a death. */
  get hasTime(): boolean {
    return this.context.deadline.remainingMs() > RECORDING_MS;
  }

  /** Tells how a message's delivery ended. */
  settle(message: QueueMessage, ended: WishOutcome, names: NamedChange = {}): void {
    const { telemetry, clock } = this.#ports;
    const { outcome, reason } = ended;
    if (ended.outcome === 'retried') this.toRetry.set(message, ended.afterMs);
    const { messageId, sentAtMs, traceId } = message;
    const { member, changeId } = names;
    if (outcome === 'deferred' && member) this.deferred.add(memberText(member));
    telemetry.emit({
      name: 'change',
      outcome,
      messageId,
      changeId,
      member,
      reason,
      traceId,
      ageMs: clock.nowMs() - sentAtMs,
    });
  }

  /** What fails unforeseen fails these messages alone; they come again. */
  async guard<Result>(
    messages: readonly QueueMessage[],
    work: () => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      const { clock, telemetry } = this.#ports;
      telemetry.emit({ name: 'fault', where: 'apply-changes', error });
      for (const message of messages) {
        const afterMs = backoffMs({ ...message, jitter: clock.random() }, this.context.timings);
        this.settle(message, { outcome: 'retried', afterMs, reason: 'fault' });
      }
      return undefined;
    }
  }

  /** Hides each message for its wait. Where that fails it comes back when its visibility time-out ends. */
  async delayRetries(): Promise<void> {
    const { queue, telemetry } = this.#ports;
    const delays = [...this.toRetry].map(([message, afterMs]) => queue.delay(message, afterMs));
    for (const delayed of await Promise.allSettled(delays)) {
      if (delayed.status === 'rejected')
        telemetry.emit({ name: 'fault', where: 'delay', error: delayed.reason });
    }
  }
}
