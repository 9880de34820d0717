import type { Operation } from './call-result.ts';
import type { PassReport } from './conversation.ts';
import type { CorrectionCause } from './correction.ts';
import type { RefusalReason } from './door.ts';
import type { Difference } from './drift.ts';
import type { ConversationKey, MemberKey } from './member-key.ts';
import type { VendorEvent } from './reconcile-message.ts';
import type { IgnoredEvent } from './vendor-event.ts';
import type { EventCounts } from './webhook.ts';

/** Where a delivery of a change ended. `retried` comes back by itself, `deferred` through the reconciler; the rest are ends. */
export type ChangeOutcome = 'applied' | 'already' | 'superseded' | 'parked' | 'deferred' | 'retried';

/** What functions tell the outside: each becomes one log line, and the metrics that its name and fields stand for. */
export type RollcallEvent =
  | {
      readonly name: 'change';
      readonly outcome: ChangeOutcome;
      readonly messageId: string;
      readonly changeId?: string | undefined;
      readonly member?: MemberKey | undefined;
      readonly reason?: string | undefined;
      /** The X-Ray trace in which it was sent. */
      readonly traceId?: string | undefined;
      /** From the first send to now. */
      readonly ageMs?: number | undefined;
    }
  | {
      readonly name: 'vendor_call';
      readonly operation: Operation;
      readonly appId: string;
      readonly result: string;
      readonly durationMs: number;
      readonly changeId?: string | undefined;
      readonly vendorRequestId?: string | undefined;
    }
  | {
      readonly name: 'correction';
      readonly outcome: 'applied' | 'dropped' | 'failed';
      readonly member: MemberKey;
      readonly cause: CorrectionCause;
      readonly passId: string;
      readonly reason: string;
    }
  | { readonly name: 'credential_problem'; readonly appId: string; readonly problem: string }
  | { readonly name: 'breaker_opened'; readonly appId: string }
  | { readonly name: 'crash_suspect'; readonly messageId: string; readonly startsAlone: number }
  | { readonly name: 'reconciles_planned'; readonly conversations: number }
  | { readonly name: 'plans_held'; readonly plans: number }
  | ({
      readonly name: 'pass';
      readonly conversation: ConversationKey;
      readonly differences: readonly Difference[];
      readonly oldestDeferralMs?: number | undefined;
    } & PassReport)
  /** An event of the vendor's; `again`: its user's conversations are looked for once more, later. */
  | {
      readonly name: 'vendor_event';
      readonly kind: VendorEvent['kind'];
      readonly appId: string;
      readonly eventId: string;
      readonly outcome: 'compare' | 'done' | 'again' | 'ignored';
      readonly reason?: IgnoredEvent;
    }
  /** Too many conversations of one run are newly held: nothing is removed anywhere until the next. */
  | { readonly name: 'run_stopped'; readonly window: number }
  | { readonly name: 'foreign_group'; readonly appId: string }
  /** A webhook of the vendor's was taken in; `queued` of its events are on the reconcile queue. */
  | {
      readonly name: 'webhook';
      readonly appId: string;
      /** Of a version that is not known: acknowledged, and nothing of it read. */
      readonly isOtherVersion: boolean;
      readonly queued: number;
      readonly events?: EventCounts;
    }
  /** A producer's request was read; what became of its changes. */
  | {
      readonly name: 'changes_received';
      readonly producers: readonly string[];
      readonly queued: number;
      readonly invalid: number;
      readonly forbidden: number;
      readonly unavailable: number;
    }
  /** A request was turned away at the front door. The app is named where the request was for one that exists. */
  | {
      readonly name: 'request_refused';
      readonly door: 'webhook' | 'changes' | 'any';
      readonly reason: RefusalReason;
      readonly appId?: string | undefined;
    }
  /** An entry of the producers' secret is left out; `problem` is where and what kind. */
  | { readonly name: 'producers_problem'; readonly problem: string }
  | { readonly name: 'fault'; readonly where: string; readonly error: unknown };
