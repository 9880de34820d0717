import type { AppRow } from '../../functions/core/app.ts';
import type { Correction } from '../../functions/core/correction.ts';
import type { RollcallEvent } from '../../functions/core/events.ts';
import type { MemberRow } from '../../functions/core/roster.ts';
import { examineConversation } from '../../functions/workflows/examine-conversation.ts';
import { ReconcileConversation } from '../../functions/workflows/reconcile-conversation.ts';
import { VendorCalls } from '../../functions/workflows/vendor-calls.ts';
import { appRow, conversationKey, HOUR, memberKey, memberRow, TIMINGS } from '../support/builders.ts';
import { MemoryOutcomeEvents } from '../support/memory-outcome-events.ts';
import { MemoryRoster } from '../support/memory-roster.ts';
import { MemorySecrets } from '../support/memory-secrets.ts';
import { MemoryVendor } from '../support/memory-vendor.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** One app with a roster and a vendor in memory, and the worker that reconciles its conversations. */
export class ReconcileWorld {
  readonly clock = new VirtualClock();
  readonly roster = new MemoryRoster();
  readonly vendor = new MemoryVendor();
  readonly events: RollcallEvent[] = [];
  /** What was put on the change queue, over all passes. */
  readonly sent: Correction[] = [];
  /** Whether the change queue takes anything. */
  queueIsUp = true;
  readonly settings = { timings: TIMINGS, budgetShare: 1, extraHosts: [], policy: 'managed' } as const;
  readonly #secrets = new MemorySecrets([['shop', '{"token":"a"}']]);
  readonly #telemetry = { emit: (event: RollcallEvent) => void this.events.push(event) };
  readonly #deadline = { remainingMs: () => HOUR };
  /** What producers were told. */
  readonly outcomes = new MemoryOutcomeEvents();
  readonly #worker: ReconcileConversation;

  constructor(app: Partial<AppRow> = {}) {
    this.declare(app);
    this.#worker = new ReconcileConversation(
      { ...this.#ports(), events: this.outcomes, corrections: this.#corrections() },
      this.settings,
    );
  }

  declare(app: Partial<AppRow>): void {
    this.roster.seedApp(appRow(app));
  }

  /** Wishes somebody in, applied and confirmed an hour ago unless said otherwise. */
  wish(memberId: string, overrides: Partial<MemberRow> = {}, conversation = conversationKey()): MemberRow {
    const row = memberRow({ key: memberKey({ ...conversation, memberId }), ...overrides });
    this.roster.seedMember(row);
    return row;
  }

  /** Makes these people take part. */
  seat(memberIds: readonly string[], conversation = conversationKey()): void {
    for (const memberId of memberIds) this.vendor.in(conversation).add(memberId);
  }

  /** Makes a pass, and gives what it sent. */
  async pass(conversation = conversationKey(), passId = `pass-${this.clock.nowMs()}`): Promise<string[]> {
    const before = this.sent.length;
    await this.#worker.reconcile({ conversation, passId }, this.#deadline);
    return this.sent.slice(before).map(({ cause, member }) => `${cause} ${member.memberId}`);
  }

  examine(conversation = conversationKey()) {
    const ports = this.#ports();
    const calls = new VendorCalls(ports, this.settings);
    const { settings } = this;
    return this.roster.app('shop').then((app) =>
      examineConversation(conversation, app ?? appRow(), {
        ports,
        calls,
        settings,
        deadline: this.#deadline,
      }),
    );
  }

  /** The report of the last pass. */
  async lastPass(conversation = conversationKey()) {
    return (await this.roster.conversation(conversation))?.lastPass;
  }

  async held(conversation = conversationKey()) {
    return (await this.roster.conversation(conversation))?.held;
  }

  #ports() {
    const { roster, vendor, clock } = this;
    return { roster, vendor, clock, secrets: this.#secrets, telemetry: this.#telemetry };
  }

  #corrections() {
    return {
      send: async (corrections: readonly Correction[]) => {
        if (!this.queueIsUp) return corrections;
        this.sent.push(...corrections);
        return [];
      },
    };
  }
}

/** Many people: `p1`, `p2` and so on. */
export function people(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `p${index + 1}`);
}
