/**
 * Makes fauxqs' FIFO queues behave as SQS's where the difference would decide what this project's evidence is worth:
 *
 * - A batch may hold several messages of one group, in order; what is invisible blocks only what is behind it.
 *   (fauxqs gives out one message per group and receive, so folding a batch per member would never be seen.)
 * - Messages of a group that become visible again at the same time come back in their order.
 * - A receipt handle ends with its visibility, not when the queue is next looked at.
 * - Bodies may hold characters outside the basic plane, such as emoji.
 *
 * fauxqs has no setting for any of this, so its class is changed in place; a test holds each of the four.
 */
import { findPackageJSON } from 'node:module';
import { pathToFileURL } from 'node:url';

interface Message {
  readonly messageGroupId?: string;
  readonly sequenceNumber?: string;
}
interface Received {
  readonly ReceiptHandle: string;
}
interface Queue {
  readonly fifoMessages: Map<string, Message[]>;
  /** A group that is in here gives out nothing. */
  readonly fifoLockedGroups: Map<string, number>;
  readonly inflightMessages: Map<string, { readonly message: Message }>;
  processTimers(): void;
  changeVisibility(receiptHandle: string, timeoutSeconds: number): void;
  hasAvailableFifoMessages(): boolean;
  dequeueFifo(maxCount: number, ...rest: unknown[]): Received[];
}
interface Store {
  getQueue(url: string): Queue | undefined;
}

const NOT_ALLOWED = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const MOST_PER_RECEIVE = 10;
let corrected: Promise<void> | undefined;

/** Corrects fauxqs in this process; a second call changes nothing. */
export function correctFauxqs(): Promise<void> {
  corrected ??= correct();
  return corrected;
}

async function correct(): Promise<void> {
  const manifest = findPackageJSON('fauxqs', import.meta.url);
  if (manifest === undefined) throw new Error('fauxqs is not installed');
  const load = (file: string) => import(new URL(`dist/sqs/${file}`, pathToFileURL(manifest)).href);
  const { INVALID_MESSAGE_BODY_CHAR } = await load('sqsTypes.js');
  INVALID_MESSAGE_BODY_CHAR.test = (body: string) => NOT_ALLOWED.test(body);
  const { SqsQueue, SqsStore } = await load('sqsStore.js');
  correctGroups(SqsQueue.prototype);
  correctOrder(SqsQueue.prototype);
  correctExpiry(SqsStore.prototype);
}

function correctGroups(queue: Queue): void {
  const { dequeueFifo } = queue;
  queue.hasAvailableFifoMessages = function () {
    const blocked = blockedGroups(this, new Set());
    for (const [group, messages] of this.fifoMessages) {
      if (messages.length > 0 && !blocked.has(group)) return true;
    }
    return false;
  };
  queue.dequeueFifo = function (maxCount, ...rest) {
    const received: Received[] = [];
    const handles = new Set<string>();
    this.processTimers();
    while (received.length < Math.min(maxCount, MOST_PER_RECEIVE)) {
      this.fifoLockedGroups.clear();
      for (const group of blockedGroups(this, handles)) this.fifoLockedGroups.set(group, 1);
      const [next] = dequeueFifo.call(this, 1, ...rest);
      if (next === undefined) break;
      received.push(next);
      handles.add(next.ReceiptHandle);
    }
    return received;
  };
}

function correctOrder(queue: Queue): void {
  const { processTimers, changeVisibility } = queue;
  queue.processTimers = function () {
    const invisible = this.inflightMessages.size;
    processTimers.call(this);
    if (this.inflightMessages.size < invisible) restoreOrder(this);
  };
  queue.changeVisibility = function (receiptHandle, timeoutSeconds) {
    changeVisibility.call(this, receiptHandle, timeoutSeconds);
    restoreOrder(this);
  };
}

function correctExpiry(store: Store): void {
  const { getQueue } = store;
  store.getQueue = function (url) {
    const queue = getQueue.call(this, url);
    queue?.processTimers();
    return queue;
  };
}

/** Groups whose first visible message has an invisible one before it, other than those of the receive under way. */
function blockedGroups(queue: Queue, receivedNow: ReadonlySet<string>): Set<string> {
  const blocked = new Set<string>();
  for (const [handle, { message }] of queue.inflightMessages) {
    const group = message.messageGroupId ?? '';
    const [first] = queue.fifoMessages.get(group) ?? [];
    if (receivedNow.has(handle) || first === undefined) continue;
    if (sequenceOf(message) < sequenceOf(first)) blocked.add(group);
  }
  return blocked;
}

function restoreOrder(queue: Queue): void {
  for (const messages of queue.fifoMessages.values()) {
    if (messages.length > 1) messages.sort((a, b) => (sequenceOf(a) < sequenceOf(b) ? -1 : 1));
  }
}

/** Sequence numbers have a fixed width, so that they compare as texts. */
function sequenceOf({ sequenceNumber = '' }: Message): string {
  return sequenceNumber;
}
