import type { AppRow } from '../core/app.ts';
import type { AuditEntry, AuditOutcome } from '../core/audit.ts';
import type { CallResult } from '../core/call-result.ts';
import type { ConversationPatch, ConversationRow } from '../core/conversation.ts';
import type { Correction } from '../core/correction.ts';
import type { Credential } from '../core/credential.ts';
import type { RollcallEvent } from '../core/events.ts';
import type { ParticipantsPage } from '../core/listing.ts';
import type { ConversationKey, MemberKey } from '../core/member-key.ts';
import type { Mergeable, MergeEdge } from '../core/merge.ts';
import type { QueueMessage } from '../core/message.ts';
import type { OutcomeEvent } from '../core/outcome-event.ts';
import type { OutgoingChange } from '../core/outgoing-change.ts';
import type { ParkedRecord, ParkedSummary, Settled } from '../core/parked.ts';
import type { VendorEvent } from '../core/reconcile-message.ts';
import type { MemberPatch, MemberRow, MemberState, ParkedItem, SettledWish, Wish } from '../core/roster.ts';
import type { Version } from '../core/version.ts';

/*
 * What the workflows need from outside. Each method is one request on the wire, so that a test can fail or kill the
 * process before and after every one of them. A method that throws means: not known whether it happened.
 */

/** Time and chance come in from outside. */
export interface Clock {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  /** From 0 (included) to 1 (excluded). */
  random(): number;
}

export type PutWish =
  | { readonly written: false }
  | { readonly written: true; readonly before?: MemberRow; readonly row: MemberRow };

/** The roster table. Reads are strongly consistent. */
export interface Roster {
  app(appId: string): Promise<AppRow | undefined>;
  /** Makes the conversation known to the reconciler, unless it is already. */
  createConversation(key: ConversationKey, dueAtMs: number): Promise<void>;
  /** Records the wish and counts a start, if it is newer than the row's. Gives the row as it was and as it is. */
  putWish(key: MemberKey, wish: Wish | SettledWish, nowMs: number): Promise<PutWish>;
  member(key: MemberKey): Promise<MemberRow | undefined>;
  /** Changes the row if it still has this version (and this state, and names this message, where one is given); says whether it did. */
  patchMember(
    key: MemberKey,
    version: Version,
    patch: MemberPatch,
    state?: MemberState,
    messageId?: string,
  ): Promise<boolean>;
  /** Counts a start on a row that still has this version and state; gives the row as it is then. */
  countStart(
    key: MemberKey,
    version: Version,
    alone: boolean,
    state: MemberState,
  ): Promise<MemberRow | undefined>;
  /** Makes the conversation due then, or leaves it due earlier. */
  markDue(key: ConversationKey, dueAtMs: number): Promise<void>;
  conversation(key: ConversationKey): Promise<ConversationRow | undefined>;
  /** What became of a user or a conversation that may have been merged into another. */
  merge(of: Mergeable): Promise<MergeEdge | undefined>;
  /** Of what is parked now: what was settled is none any more. */
  parkedItem(messageId: string): Promise<ParkedItem | undefined>;
  /** What an operator has discarded stays so. */
  putParkedItem(item: ParkedItem): Promise<void>;
}

/** What is parked, as its operators find and settle it. */
export interface ParkedChanges {
  readonly shards: number;
  /** One page of one shard, the longest parked first. May show what is no longer so: the index lags behind the table. */
  page(
    shard: number,
    parked: ParkedBetween,
    after?: string,
  ): Promise<{ readonly changes: readonly ParkedSummary[]; readonly next?: string }>;
  record(messageId: string): Promise<ParkedRecord | undefined>;
  /** Settles what was parked then, unless it was parked anew since or is settled already; says whether it did. */
  settle(messageId: string, parkedAtMs: number, settled: Settled): Promise<boolean>;
}

/** What the dead-letter queue still holds of parked changes. */
export interface ParkedCopies {
  readonly shards: number;
  /** Settled changes of one shard whose copies are to be deleted by then, so many at most. */
  copiesDue(shard: number, untilMs: number, limit: number): Promise<readonly string[]>;
  record(messageId: string): Promise<ParkedRecord | undefined>;
  /** Notes that the copy of a settled change is deleted. */
  copyDeleted(messageId: string): Promise<void>;
  postponeCopy(messageId: string, toMs: number): Promise<void>;
  /** Records what nothing is recorded of. */
  adopt(item: ParkedItem): Promise<void>;
}

export interface ParkedBetween {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** The change queue as an operator's redrive sees it. */
export interface RedriveQueue {
  /** Sends the parked change again. Repeats within five minutes do no harm, later ones no lasting one. */
  redrive(item: ParkedItem): Promise<void>;
}

export interface DeadLetterQueue {
  /** Ten at most; none: nothing more can be received now. What was received is hidden for a while. */
  receive(): Promise<readonly QueueMessage[]>;
  delete(message: QueueMessage): Promise<void>;
}

/** Conversations in the order they are due, spread over shards so that no index key is hot. */
export interface DueConversations {
  readonly shards: number;
  /** The longest due of one shard, so many at most. May show what is no longer so: the index lags behind the table. */
  due(shard: number, untilMs: number, limit: number): Promise<readonly DueConversation[]>;
  /** Moves the due time on, unless it has changed since it was read; says whether it did. */
  postpone(due: DueConversation, toMs: number): Promise<boolean>;
}

export interface DueConversation {
  readonly key: ConversationKey;
  readonly dueAtMs: number;
}

/** Conversations with a held plan, those held longest first. */
export interface HeldConversations {
  /** So many at most; `next` is there if more may follow. May show what is no longer so: the index lags behind the table. */
  heldConversations(
    limit: number,
    after?: HeldConversation,
  ): Promise<{ readonly held: readonly HeldConversation[]; readonly next?: HeldConversation }>;
}

export interface HeldConversation {
  readonly key: ConversationKey;
  readonly heldAtMs: number;
}

/** The apps that are declared. */
export interface DeclaredApps {
  appIds(): Promise<readonly string[]>;
}

/** The members whom apps protect. */
export interface ProtectedMembers {
  /** Protects members of a declared app besides those it protects already. Repeats do no harm. */
  protect(appId: string, members: readonly string[]): Promise<boolean>;
}

/** The rows of one conversation, as the reconciler reads and writes them. */
export interface ConversationRows {
  /** One page of the conversation's member rows; `after` is where the page before ended. */
  memberRows(
    key: ConversationKey,
    after?: string,
  ): Promise<{ readonly rows: readonly MemberRow[]; readonly next?: string }>;
  /** Sets fields of the conversation's row; its due time is not touched. */
  patchConversation(key: ConversationKey, patch: ConversationPatch): Promise<void>;
  /** Sets the removals made, unless another pass has made some since these were read; says whether it did. */
  countRemovals(
    key: ConversationKey,
    removals: ConversationRow['removals'],
    read: ConversationRow['removals'],
  ): Promise<boolean>;
}

/** Where a user takes part, and who was merged into whom, as the reconciler writes it down. */
export interface Users {
  /**
   * One page of the conversations in which the user has a row; `after` is where the page before ended. The index lags
   * behind the table: whoever relies on it goes over it again.
   */
  conversationsOf(
    user: Pick<MemberKey, 'appId' | 'memberId'>,
    after?: string,
  ): Promise<{ readonly conversations: readonly ConversationKey[]; readonly next?: string }>;
  /** Claims what became of something discarded, unless an edge from it is there that holds, or this event's own; says whether it did. */
  claimMerge(of: Mergeable, edge: Omit<MergeEdge, 'state'>): Promise<boolean>;
  /** Settles what this event has claimed; false: it is not claimed, or not any more. */
  settleMerge(of: Mergeable, eventId: string, state: 'confirmed' | 'ignored'): Promise<boolean>;
}

/** Counts over all conversations planned within one reconcile interval, which `window` numbers. */
export interface ReconcileRuns {
  run(window: number): Promise<ReconcileRun>;
  countPlanned(window: number, conversations: number): Promise<void>;
  countNewlyHeld(window: number): Promise<void>;
}

export interface ReconcileRun {
  readonly planned: number;
  readonly newlyHeld: number;
}

export interface ReconcileQueue {
  /** Sends at most ten; gives those that were not taken. Repeats do no harm. */
  send(conversations: readonly ConversationKey[]): Promise<readonly ConversationKey[]>;
}

export interface CorrectionSender {
  /** Sends at most ten to the change queue; gives those that were not taken. Repeats do no harm. */
  send(corrections: readonly Correction[]): Promise<readonly Correction[]>;
}

export interface ChangeSender {
  /**
   * Sends at most ten changes in one request; says of each whether the queue took it. Throws where it is not known.
   * Repeats within five minutes do no harm.
   */
  sendChanges(changes: readonly OutgoingChange[]): Promise<readonly SendAnswer[]>;
}

export type SendAnswer = { readonly sent: true } | { readonly sent: false; readonly code: string };

/** The change queue as its consumer sees it. */
export interface ChangeQueue {
  /** Hides a received message for so long; it is delivered again afterwards. */
  delay(message: QueueMessage, afterMs: number): Promise<void>;
  /** Puts the original body on the dead-letter queue, with the reason as attributes. Repeats do no harm. */
  sendToDeadLetterQueue(item: ParkedItem): Promise<void>;
}

/** The app secrets. */
export interface Secrets {
  /** The secret's current text; undefined where there is none. */
  read(appId: string): Promise<string | undefined>;
}

export interface VendorAnswer {
  readonly result: CallResult;
  readonly vendorRequestId?: string;
}

/**
 * The vendor's participants API. Never throws for what the vendor or the network does. Connections are kept for as long
 * as an app comes with the same credential object.
 */
export interface Vendor {
  join(
    to: Credential,
    member: MemberKey,
    subscribeSDKClient: boolean,
    timeoutMs: number,
  ): Promise<VendorAnswer>;
  leave(to: Credential, member: MemberKey, timeoutMs: number): Promise<VendorAnswer>;
  /** One page, of 100 at most; `page` is there exactly when the result is `applied`. */
  list(
    to: Credential,
    conversation: ConversationKey,
    after: string | undefined,
    timeoutMs: number,
  ): Promise<VendorAnswer & { readonly page?: ParticipantsPage }>;
}

/** What producers are told of. */
export interface OutcomeEvents {
  /** Repeats do no harm: whoever listens knows events by what they tell. */
  publish(event: OutcomeEvent): Promise<void>;
}

/** What operators did. */
export interface AuditLog {
  /** Writes down what is about to be done. */
  begin(entry: AuditEntry): Promise<void>;
  /** Adds what came of it. */
  end(entry: AuditEntry, outcome: AuditOutcome): Promise<void>;
}

/** The webhook secrets of the apps. */
export interface WebhookSecrets {
  /** Both texts of an app's; undefined where there is no such secret. */
  read(
    appId: string,
    signal: AbortSignal,
  ): Promise<{ readonly current: string; readonly previous?: string } | undefined>;
}

/** The secret that holds what the producers sign with. */
export interface ProducerSecret {
  /** Its current text; undefined where there is none yet. */
  read(signal: AbortSignal): Promise<string | undefined>;
}

/** What a request says about who signed it, as Standard Webhooks has it. */
export interface Signature {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: string;
  readonly signatures: string;
}

/** Signatures of requests. Both methods only compute. */
export interface Signatures {
  /** Reads the headers; says what keeps them from being a signature of now. */
  read(
    headers: Readonly<Record<string, string | undefined>>,
    nowMs: number,
  ): Signature | 'no_signature' | 'stale_signature';
  isSignedWith(secret: string, signature: Signature, body: string): boolean;
}

/** The reconcile queue as the front door sees it. */
export interface VendorEventQueue {
  /** Sends at most ten in one request; says of each whether it was taken. Repeats do no harm. */
  sendEvents(events: readonly VendorEvent[], signal: AbortSignal): Promise<readonly boolean[]>;
}

/** The change queue as the front door sees it. */
export interface IncomingChangeSender {
  /** Sends at most ten in one request; says of each whether it was taken. Repeats do no harm. */
  sendChanges(
    changes: readonly OutgoingChange[],
    signal: AbortSignal,
  ): Promise<readonly { readonly sent: boolean }[]>;
}

/** Logs and metrics: never fails, never blocks. */
export interface Telemetry {
  emit(event: RollcallEvent): void;
}
