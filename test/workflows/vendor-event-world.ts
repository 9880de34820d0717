import type { AppRow } from '../../functions/core/app.ts';
import type { Correction } from '../../functions/core/correction.ts';
import { correctionBody } from '../../functions/core/correction.ts';
import type { RollcallEvent } from '../../functions/core/events.ts';
import { type MemberKey, memberGroupId } from '../../functions/core/member-key.ts';
import type { QueueMessage } from '../../functions/core/message.ts';
import type { OutgoingChange } from '../../functions/core/outgoing-change.ts';
import { reconcileBody, type VendorEvent, vendorEventBody } from '../../functions/core/reconcile-message.ts';
import type { MemberRow, ParkedItem } from '../../functions/core/roster.ts';
import { ApplyChanges } from '../../functions/workflows/apply-changes.ts';
import { ReconcileConversations } from '../../functions/workflows/reconcile-conversations.ts';
import {
  appRow,
  changeBody,
  conversationKey,
  HOUR,
  memberKey,
  memberRow,
  NOW,
  TIMINGS,
} from '../support/builders.ts';
import { MemoryRoster } from '../support/memory-roster.ts';
import { MemorySecrets } from '../support/memory-secrets.ts';
import { MemoryVendor } from '../support/memory-vendor.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** The consumer and the reconcile worker over one roster and one vendor in memory, and what lies on the queue between them. */
export class VendorEventWorld {
  readonly clock = new VirtualClock();
  readonly roster = new MemoryRoster();
  readonly vendor = new MemoryVendor();
  readonly events: RollcallEvent[] = [];
  readonly parked: ParkedItem[] = [];
  /** Bodies on the change queue that the worker has put there. */
  queue: { readonly body: string; readonly member: MemberKey }[] = [];
  readonly #deadline = { remainingMs: () => HOUR };
  readonly #worker: ReconcileConversations;
  readonly #consumer: ApplyChanges;
  #messages = 0;

  constructor(app: Partial<AppRow> = {}) {
    this.roster.seedApp(appRow(app));
    const { roster, vendor, clock } = this;
    const secrets = new MemorySecrets([['shop', '{"token":"a"}']]);
    const telemetry = { emit: (event: RollcallEvent) => void this.events.push(event) };
    const settings = { timings: TIMINGS, budgetShare: 1, extraHosts: [], policy: 'managed' } as const;
    const events = { publish: async () => {} };
    const shared = { roster, vendor, clock, secrets, telemetry, events };
    const corrections = { send: async (each: readonly Correction[]) => this.#sendCorrections(each) };
    const changes = { sendChanges: async (each: readonly OutgoingChange[]) => this.#sendChanges(each) };
    const apps = { protect: async (...of: [string, readonly string[]]) => this.#protect(...of) };
    this.#worker = new ReconcileConversations({ ...shared, apps, corrections, changes }, settings);
    const queue = {
      delay: async () => {},
      sendToDeadLetterQueue: async (item: ParkedItem) => void this.parked.push(item),
    };
    this.#consumer = new ApplyChanges({ ...shared, queue }, settings);
  }

  /** Wishes somebody in, applied and confirmed an hour ago unless said otherwise. */
  async wish(memberId: string, overrides: Partial<MemberRow> = {}, conversation = conversationKey()) {
    await this.roster.createConversation(conversation, NOW + HOUR);
    this.roster.seedMember(memberRow({ key: memberKey({ ...conversation, memberId }), ...overrides }));
  }

  /** Events arrive in one batch; gives how each was dealt with, `again` where it must be delivered once more. */
  async arrive(events: readonly VendorEvent[], receiveCount = 1): Promise<string[]> {
    const before = this.events.length;
    this.#messages += 1;
    const messages = events.map((event, index) => ({
      messageId: `event-message-${this.#messages}-${index}`,
      body: vendorEventBody(event),
      sentAtMs: this.clock.nowMs(),
      receiveCount,
    }));
    this.clock.pass(1);
    await this.#worker.reconcileAll(messages, this.#deadline);
    return this.events
      .slice(before)
      .filter((event) => event.name === 'vendor_event')
      .map(({ outcome, reason }) => reason ?? outcome);
  }

  /** A pass, as the planner asks for one. */
  async pass(conversation = conversationKey()): Promise<void> {
    this.#messages += 1;
    const message = { messageId: `pass-${this.#messages}`, sentAtMs: this.clock.nowMs(), receiveCount: 1 };
    await this.#worker.reconcileAll([{ ...message, body: reconcileBody(conversation) }], this.#deadline);
  }

  switchOn(): void {
    this.roster.seedApp(appRow());
  }

  /** The consumer works on what the worker has sent. */
  async drain(): Promise<void> {
    const waiting = this.queue;
    this.queue = [];
    for (const { body, member } of waiting) await this.deliver(body, member);
  }

  /** A producer's change arrives. */
  change(member: MemberKey, overrides: Record<string, unknown>): Promise<ReadonlyMap<QueueMessage, number>> {
    const { appId, conversationId, memberId, idKind } = member;
    const named = { appId, conversationId, userId: undefined, [idKind]: memberId };
    return this.deliver(JSON.stringify(changeBody({ ...named, ...overrides })), member);
  }

  async deliver(
    body: string,
    member: MemberKey,
    overrides: Partial<QueueMessage> = {},
  ): Promise<ReadonlyMap<QueueMessage, number>> {
    this.#messages += 1;
    const message: QueueMessage = {
      messageId: `message-${this.#messages}`,
      receiptHandle: `receipt-${this.#messages}`,
      body,
      groupId: memberGroupId(member),
      sentAtMs: this.clock.nowMs(),
      sequenceNumber: String(this.#messages),
      receiveCount: 1,
      attributes: {},
      ...overrides,
    };
    return this.#consumer.apply([message], this.#deadline);
  }

  async row(memberId: string, conversation = conversationKey()): Promise<string> {
    const row = await this.roster.member(memberKey({ ...conversation, memberId }));
    return row ? `${row.action} ${row.state}` : 'none';
  }

  async #protect(appId: string, members: readonly string[]): Promise<boolean> {
    const app = await this.roster.app(appId);
    if (!app) return false;
    this.roster.seedApp({ ...app, protectedMembers: [...app.protectedMembers, ...members] });
    return true;
  }

  #sendCorrections(corrections: readonly Correction[]): readonly Correction[] {
    this.queue.push(...corrections.map((each) => ({ body: correctionBody(each), member: each.member })));
    return [];
  }

  #sendChanges(changes: readonly OutgoingChange[]) {
    this.queue.push(...changes.map(({ body, change }) => ({ body, member: change.member })));
    return changes.map(() => ({ sent: true }) as const);
  }
}
