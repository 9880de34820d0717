import { memberText } from '../core/member-key.ts';
import type { OutgoingChange } from '../core/outgoing-change.ts';
import type { ChangeSender, Clock, SendAnswer } from './ports.ts';

export interface OutboxPorts {
  readonly sender: ChangeSender;
  readonly clock: Clock;
  readonly onNotSent: (line: number, problem: string) => void;
}

export interface LineChange extends OutgoingChange {
  readonly line: number;
}

interface WaitingChange extends LineChange {
  readonly member: string;
}

export interface Unsent {
  readonly count: number;
  /** The first line that was still to be sent when sending ended. */
  readonly firstWaiting?: number;
}

const BATCH_MAX = 10;
/** SQS takes more by now; what imitates it may not. */
const BATCH_MAX_BYTES = 256 * 1024;
const REQUESTS_MAX = 8;
/** Changes held back because their members have one under way, or for want of a free request. */
const WAITING_MAX = 400;

/** Each of which the client has repeated by itself already. */
const ATTEMPTS_MAX = 4;
const FIRST_PAUSE_MS = 200;

/**
 * Sends changes in batches, several at once, and never two of one member at once: only so do they arrive in order even
 * where a request is repeated, or a part of it refused.
 */
export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #signal: AbortSignal;
  #waiting: WaitingChange[] = [];
  readonly #busyMembers = new Set<string>();
  readonly #requests = new Set<Promise<void>>();
  #filling = true;
  #refusedByQueue = 0;
  readonly #abandoned: number[] = [];
  sent = 0;
  /** Absent while the queue can be reached. */
  failure?: { readonly error: unknown };

  constructor(ports: OutboxPorts, signal: AbortSignal) {
    this.#ports = ports;
    this.#signal = signal;
  }

  /** Nothing more is sent. */
  get isClosed(): boolean {
    return this.#signal.aborted || this.failure !== undefined;
  }

  /** Takes a change on; waits while there are too many. */
  async add(change: LineChange): Promise<void> {
    this.#waiting.push({ ...change, member: memberText(change.change.member) });
    this.#begin();
    while (this.#waiting.length >= WAITING_MAX && !this.isClosed) await Promise.race(this.#requests);
  }

  /** Sends what is left, and says what was not sent. */
  async empty(): Promise<Unsent> {
    this.#filling = false;
    this.#begin();
    while (this.#requests.size > 0) await Promise.race(this.#requests);
    const left = [...this.#waiting.map(({ line }) => line), ...this.#abandoned];
    const count = left.length + this.#refusedByQueue;
    return left.length === 0 ? { count } : { count, firstWaiting: Math.min(...left) };
  }

  #begin(): void {
    while (!this.isClosed && this.#requests.size < REQUESTS_MAX) {
      const { batch, isFull } = nextBatch(this.#waiting, this.#busyMembers);
      // More may come while something is under way; with nothing under way, a lone change goes at once.
      if (batch.length === 0 || (!isFull && this.#filling && this.#requests.size > 0)) return;
      this.#request(batch);
    }
  }

  #request(batch: readonly WaitingChange[]): void {
    const going = new Set(batch);
    this.#waiting = this.#waiting.filter((change) => !going.has(change));
    for (const { member } of batch) this.#busyMembers.add(member);
    const request = this.#send(batch).finally(() => {
      for (const { member } of batch) this.#busyMembers.delete(member);
      this.#requests.delete(request);
      this.#begin();
    });
    this.#requests.add(request);
  }

  async #send(batch: readonly WaitingChange[]): Promise<void> {
    const answers = await this.#answers(batch);
    if (answers) this.#take(batch, answers);
    else this.#abandoned.push(...batch.map(({ line }) => line));
  }

  /** Undefined: it is not known whether any of them arrived. */
  async #answers(batch: readonly WaitingChange[]): Promise<readonly SendAnswer[] | undefined> {
    const { sender, clock } = this.#ports;
    for (let attempt = 1; ; attempt++) {
      try {
        return await sender.sendChanges(batch);
      } catch (error) {
        if (attempt === ATTEMPTS_MAX) this.failure ??= { error };
      }
      if (this.isClosed) return undefined;
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (1 + clock.random()));
    }
  }

  #take(batch: readonly WaitingChange[], answers: readonly SendAnswer[]): void {
    batch.forEach(({ line }, index) => {
      const answer = answers[index];
      if (answer?.sent) {
        this.sent += 1;
        return;
      }
      this.#refusedByQueue += 1;
      this.#ports.onNotSent(line, `the queue did not take it (${answer?.code ?? 'no answer'})`);
    });
  }
}

/** The first changes that may go now: each of another member, none of a member that has one under way. */
function nextBatch(waiting: readonly WaitingChange[], busyMembers: ReadonlySet<string>) {
  const batch: WaitingChange[] = [];
  const members = new Set<string>();
  let bytes = 0;
  for (const change of waiting) {
    if (busyMembers.has(change.member) || members.has(change.member)) continue;
    bytes += Buffer.byteLength(change.body);
    if (bytes > BATCH_MAX_BYTES) return { batch, isFull: true };
    batch.push(change);
    members.add(change.member);
    if (batch.length === BATCH_MAX) return { batch, isFull: true };
  }
  return { batch, isFull: false };
}
