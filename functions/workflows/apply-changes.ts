import type { AppRow } from '../core/app.ts';
import type { Correction } from '../core/correction.ts';
import { nextDueMs } from '../core/due.ts';
import { foldPerMember, type MemberChanges, type ReceivedChange } from '../core/fold.ts';
import { conversationText, memberGroupId, memberText } from '../core/member-key.ts';
import type { QueueMessage } from '../core/message.ts';
import { type MessageRead, type Refused, readMessage, refusalByApp } from '../core/read-message.ts';
import type { MemberRow } from '../core/roster.ts';
import { applyCorrection, type CorrectionOutcome } from './apply-correction.ts';
import { type ApplyWishPorts, applyWish } from './apply-wish.ts';
import { Batch, type NamedChange } from './batch.ts';
import { Cached } from './cached.ts';
import { finishParking, parkCrashing, parkRefused, STARTS_ALONE_MAX } from './park.ts';
import type { Secrets } from './ports.ts';
import { recordWish, wishOfChange } from './record-wish.ts';
import type { DeploymentSettings } from './settings.ts';
import { type Deadline, VendorCalls } from './vendor-calls.ts';

export interface ApplyChangesPorts extends ApplyWishPorts {
  readonly secrets: Secrets;
}

/** What a batch is done with: the messages to be delivered again, each after so long. */
export type ToRetry = ReadonlyMap<QueueMessage, number>;

/** Work on a newest change whose wish is recorded. */
interface Work {
  readonly row: MemberRow;
  readonly app: AppRow;
  readonly message: QueueMessage;
}

const KNOWN_CONVERSATIONS_MAX = 10_000;
const JUST_FAILED: CorrectionOutcome = { outcome: 'dropped', reason: 'just_failed' };
const UNKNOWN_APP: CorrectionOutcome = { outcome: 'dropped', reason: 'unknown_app' };

/**
 * Applies batches of the change queue. One instance lives as long as its process: it keeps credentials, app rows,
 * breakers and pacers from batch to batch.
 */
export class ApplyChanges {
  readonly #ports: ApplyChangesPorts;
  readonly #settings: DeploymentSettings;
  readonly #calls: VendorCalls;
  readonly #apps: Cached<AppRow | undefined>;
  readonly #knownConversations = new Set<string>();

  constructor(ports: ApplyChangesPorts, settings: DeploymentSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#calls = new VendorCalls(ports, settings);
    this.#apps = new Cached((appId) => this.#readApp(appId), settings.timings.cacheMs, ports.clock);
  }

  /** Works on a batch. Whatever is not in the answer is settled, or written down so that it will be. */
  async apply(messages: readonly QueueMessage[], deadline: Deadline): Promise<ToRetry> {
    const batch = new Batch(this.#ports, this.#calls, this.#settings, deadline);
    const reads = await Promise.all(messages.map((message) => this.#read(message, batch)));
    const changes = reads.filter((read) => read?.kind === 'change');
    const works = await Promise.all(foldPerMember(changes).map((member) => this.#record(member, batch)));
    const recorded = works.filter((work) => work !== undefined);
    await Promise.all(recorded.filter(({ row }) => row.starts === 1).map((work) => this.#work(work, batch)));
    await this.#workAlone(
      recorded.filter(({ row }) => row.starts > 1),
      batch,
    );
    await this.#correctAll(
      reads.filter((read) => read?.kind === 'correction'),
      batch,
    );
    await batch.delayRetries();
    return batch.toRetry;
  }

  /** Reads one message; undefined: it is dealt with. */
  #read(message: QueueMessage, batch: Batch): Promise<MessageRead | undefined> {
    return batch.guard([message], async () => {
      if (message.receiveCount > 1) {
        const parked = await finishParking(message.messageId, this.#ports);
        if (parked) {
          batch.settle(message, { outcome: 'parked', reason: parked.reason });
          return undefined;
        }
      }
      const read = readMessage(message, this.#ports.clock.nowMs());
      const refused =
        read.kind === 'change' ? refusalByApp(read, await this.#app(read.change.member.appId)) : read;
      if (refused?.kind !== 'refused' || (await this.#isRecorded(read, refused))) return read;
      await parkRefused(refused, this.#ports);
      batch.settle(message, { outcome: 'parked', reason: refused.reason }, refused);
      return undefined;
    });
  }

  /** Protected only since an earlier delivery: from there on its row decides. */
  async #isRecorded(read: MessageRead, { reason, message }: Refused): Promise<boolean> {
    if (read.kind !== 'change' || reason !== 'protected' || message.receiveCount === 1) return false;
    return (await this.#ports.roster.member(read.change.member))?.version === read.version;
  }

  /** Records the newest wish of a member; undefined: there is nothing left to do for it. */
  #record({ member, newest, older }: MemberChanges, batch: Batch): Promise<Work | undefined> {
    const messages = [newest, ...older].map(({ message }) => message);
    return batch.guard(messages, async () => {
      const app = await this.#app(member.appId);
      if (!app) throw new Error('the app row is gone');
      await this.#knowConversation(newest);
      const recorded = await recordWish(member, wishOfChange(newest), {
        ...this.#ports,
        timings: this.#settings.timings,
        app,
      });
      for (const each of older) batch.settle(each.message, { outcome: 'superseded' }, namesOf(each));
      if ('work' in recorded) return { row: recorded.work, app, message: newest.message };
      batch.settle(newest.message, recorded.settled, namesOf(newest));
      return undefined;
    });
  }

  #work({ row, app, message }: Work, batch: Batch): Promise<void> {
    return batch
      .guard([message], () => applyWish(row, app, message.receiveCount, batch.context))
      .then((ended) => ended && batch.settle(message, ended, { member: row.key, changeId: row.changeId }));
  }

  /** Those whose earlier start never finished, one after the other: if one brings the process down, it is the only one. */
  async #workAlone(suspects: readonly Work[], batch: Batch): Promise<void> {
    for (const work of suspects.toSorted((a, b) => a.row.startsAlone - b.row.startsAlone)) {
      await batch.guard([work.message], () => this.#suspect(work, batch));
    }
  }

  async #suspect({ row, app, message }: Work, batch: Batch): Promise<void> {
    const names = { member: row.key, changeId: row.changeId };
    if (!batch.hasTime)
      return batch.settle(message, { outcome: 'retried', afterMs: 0, reason: 'no_time_left' }, names);
    this.#ports.telemetry.emit({
      name: 'crash_suspect',
      messageId: message.messageId,
      startsAlone: row.startsAlone,
    });
    if (row.startsAlone >= STARTS_ALONE_MAX) {
      const parked = await parkCrashing(row, this.#ports);
      return batch.settle(
        message,
        parked ? { outcome: 'parked', reason: 'crashes' } : { outcome: 'superseded' },
        names,
      );
    }
    const started = await this.#ports.roster.countStart(row.key, row.version, true, 'pending');
    if (!started) return batch.settle(message, { outcome: 'superseded' }, names);
    await this.#work({ row: started, app, message }, batch);
  }

  /** One after the other for each member, and those that came before alone: they may have brought their process down. */
  async #correctAll(corrections: readonly CorrectionRead[], batch: Batch): Promise<void> {
    const first = corrections.filter(({ message }) => message.receiveCount === 1);
    const perMember = Map.groupBy(first, ({ correction }) => memberText(correction.member));
    const failed = new Set(batch.deferred);
    await Promise.all([...perMember.values()].map((each) => this.#correctInTurn(each, failed, batch)));
    const others = corrections.filter((each) => !first.includes(each));
    await this.#correctInTurn(others, failed, batch);
  }

  /**
   * Passes that overlap ask twice, or for a change that has just been deferred: what has just failed may have been told
   * to wait, and is left to the next pass.
   */
  async #correctInTurn(
    corrections: readonly CorrectionRead[],
    failed: Set<string>,
    batch: Batch,
  ): Promise<void> {
    for (const { correction, message } of corrections) {
      const { member, cause, passId } = correction;
      const text = memberText(member);
      await batch.guard([message], async () => {
        const ended = failed.has(text) ? JUST_FAILED : await this.#correct(correction, message, batch);
        if (ended.outcome === 'failed') failed.add(text);
        this.#ports.telemetry.emit({ name: 'correction', member, cause, passId, ...ended });
      });
    }
  }

  async #correct(
    correction: Correction,
    { receiveCount }: QueueMessage,
    batch: Batch,
  ): Promise<CorrectionOutcome> {
    // Read anew: the switch in it must stop what is already queued.
    const app = await this.#apps.refresh(correction.member.appId);
    return app ? applyCorrection(correction, app, receiveCount, batch.context) : UNKNOWN_APP;
  }

  async #readApp(appId: string): Promise<AppRow | undefined> {
    const app = await this.#ports.roster.app(appId);
    if (app) this.#calls.prepare(app);
    return app;
  }

  /** A declaration may just have been made: what is not declared is looked for again each time. */
  async #app(appId: string): Promise<AppRow | undefined> {
    return (await this.#apps.get(appId)) ?? this.#apps.refresh(appId);
  }

  /** The conversation's row comes before its first member's: a crash between must not leave a member unreconciled. */
  async #knowConversation({ change, message }: ReceivedChange): Promise<void> {
    const { member } = change;
    const { roster, telemetry, clock } = this.#ports;
    if (message.groupId !== memberGroupId(member))
      telemetry.emit({ name: 'foreign_group', appId: member.appId });
    const text = conversationText(member);
    if (this.#knownConversations.has(text)) return;
    const { reconcileIntervalMs } = this.#settings.timings;
    await roster.createConversation(member, nextDueMs(member, clock.nowMs(), reconcileIntervalMs));
    if (this.#knownConversations.size >= KNOWN_CONVERSATIONS_MAX) this.#knownConversations.clear();
    this.#knownConversations.add(text);
  }
}

type CorrectionRead = Extract<MessageRead, { kind: 'correction' }>;

function namesOf({ change }: ReceivedChange): NamedChange {
  return { member: change.member, changeId: change.id };
}
