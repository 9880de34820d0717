import type { AppRow } from '../../functions/core/app.ts';
import { type Correction, correctionBody } from '../../functions/core/correction.ts';
import type { RollcallEvent } from '../../functions/core/events.ts';
import { memberGroupId } from '../../functions/core/member-key.ts';
import type { QueueMessage } from '../../functions/core/message.ts';
import type { MemberRow } from '../../functions/core/roster.ts';
import { ApplyChanges } from '../../functions/workflows/apply-changes.ts';
import {
  appRow,
  changeBody,
  conversationKey,
  MINUTE,
  memberKey,
  memberRow,
  queueMessage,
  TIMINGS,
} from '../support/builders.ts';
import { MemoryChangeQueue } from '../support/memory-change-queue.ts';
import { MemoryOutcomeEvents } from '../support/memory-outcome-events.ts';
import { MemoryRoster } from '../support/memory-roster.ts';
import { MemorySecrets } from '../support/memory-secrets.ts';
import { MemoryVendor } from '../support/memory-vendor.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** One app with a roster, a queue and a vendor in memory, and the consumer that applies its changes. */
export class ApplyWorld {
  readonly clock = new VirtualClock();
  readonly roster = new MemoryRoster();
  readonly queue = new MemoryChangeQueue();
  readonly vendor = new MemoryVendor();
  readonly secrets = new MemorySecrets([['shop', '{"token":"a"}']]);
  readonly events: RollcallEvent[] = [];
  /** What producers were told. */
  readonly outcomes = new MemoryOutcomeEvents();
  /** Of the invocation. */
  remainingMs = MINUTE;
  #consumer = this.#start();

  constructor(app: Partial<AppRow> = {}) {
    this.declare(app);
  }

  declare(app: Partial<AppRow>): void {
    this.roster.seedApp(appRow(app));
  }

  /** The process is gone, and another one takes over: nothing is known but what was written. */
  restart(): void {
    this.#consumer = this.#start();
  }

  /** A change that happened so long after `NOW`, in its message; `id` names both. */
  change(id: string, body: Record<string, unknown> = {}, message: Partial<QueueMessage> = {}): QueueMessage {
    const memberId = String(body['userId'] ?? 'ann');
    return queueMessage(changeBody({ id, ...body }), {
      messageId: id,
      receiptHandle: `${id}-handle`,
      groupId: memberGroupId(memberKey({ memberId })),
      ...message,
    });
  }

  correction(correction: Partial<Correction> = {}, message: Partial<QueueMessage> = {}): QueueMessage {
    const body = { member: memberKey(), cause: 'missing', passId: 'pass-1', ...correction } as const;
    return queueMessage(correctionBody(body), { messageId: 'correction-1', ...message });
  }

  seed(overrides: Partial<MemberRow> = {}): MemberRow {
    const row = memberRow(overrides);
    this.roster.seedMember(row);
    return row;
  }

  /** Delivers a batch; gives how each message ended, and those that come again. */
  async deliver(...messages: readonly QueueMessage[]) {
    const before = this.events.length;
    const toRetry = await this.#consumer.apply(messages, { remainingMs: () => this.remainingMs });
    const ended = this.events.slice(before).flatMap((event) => {
      if (event.name === 'change') return [`${event.messageId} ${event.outcome}${reasonOf(event)}`];
      return event.name === 'correction' ? [`correction ${event.outcome}${reasonOf(event)}`] : [];
    });
    return { ended, again: [...toRetry.keys()].map(({ messageId }) => messageId) };
  }

  member(memberId = 'ann') {
    return this.roster.member(memberKey({ memberId }));
  }

  async dueAtMs(): Promise<number | undefined> {
    return (await this.roster.conversation(conversationKey()))?.dueAtMs;
  }

  present(): string[] {
    return [...this.vendor.in(conversationKey())];
  }

  #start(): ApplyChanges {
    const { roster, queue, vendor, secrets, clock, outcomes } = this;
    const telemetry = { emit: (event: RollcallEvent) => void this.events.push(event) };
    const settings = { timings: TIMINGS, budgetShare: 1, extraHosts: [], policy: 'managed' } as const;
    return new ApplyChanges({ roster, queue, vendor, secrets, telemetry, clock, events: outcomes }, settings);
  }
}

function reasonOf({ reason }: { readonly reason?: string | undefined }): string {
  return reason === undefined ? '' : `: ${reason}`;
}
