import type { Policy } from '../../functions/core/app.ts';
import type { Action } from '../../functions/core/change.ts';
import type { CorrectionCause } from '../../functions/core/correction.ts';
import type { IdKind } from '../../functions/core/member-key.ts';
import type { Timings } from '../../functions/core/timings.ts';

/*
 * A run as data: what is sent and what goes wrong, when. A seed makes one; a failing one is made smaller by leaving
 * changes and faults out. All times are milliseconds from the start of the run.
 */

export interface Scenario {
  readonly seed: number;
  readonly timings: Timings;
  readonly consumers: number;
  readonly apps: readonly AppSpec[];
  readonly changes: readonly ChangeSpec[];
  readonly faults: readonly Fault[];
  readonly operators: readonly OperatorAct[];
  /** Whether the vendor tells what happens there. */
  readonly webhooks: boolean;
  /** From here on nothing new goes wrong. */
  readonly calmFromMs: number;
  /** Nothing goes wrong but what concerns this one app. */
  readonly onlyOut?: string;
}

/** What somebody does by hand. */
export type OperatorAct =
  /** Redrives everything that is parked then. */
  | { readonly kind: 'redrive'; readonly atMs: number }
  /** Discards everything that is parked then. */
  | { readonly kind: 'discard'; readonly atMs: number }
  /** Looks at all that is held then, and approves what was seen so much later. */
  | { readonly kind: 'approve'; readonly atMs: number; readonly actsAfterMs: number }
  /** Switches the reconciler off for an app: then, or as soon as it has sent corrections after that. */
  | {
      readonly kind: 'switch_off';
      readonly atMs: number;
      readonly appId: string;
      readonly forMs: number;
      readonly when: 'at_once' | 'corrections_sent';
    };

export interface AppSpec {
  readonly appId: string;
  readonly declared: boolean;
  readonly idKind: IdKind;
  readonly policy: Policy;
  readonly protectedMembers: readonly string[];
  readonly requestsPerSecond: number;
  /** What the vendor answers to a join of somebody who is present: it does not say. */
  readonly joinOfPresent: 201 | 400;
  readonly conversations: readonly ConversationSpec[];
  /** Users the vendor does not know before then; `null`: never. Everybody else it knows. */
  readonly unknownUsers: Readonly<Record<string, number | null>>;
  /** Members whose every join the vendor refuses. */
  readonly rejectedMembers: readonly string[];
  /** Members whose every call fails at the vendor, while the others' succeed. */
  readonly failingMembers: readonly string[];
  /** Members whose call brings down the process that makes it. */
  readonly poisonousMembers: readonly string[];
}

export interface ConversationSpec {
  readonly conversationId: string;
  readonly exists: boolean;
  readonly capacity?: number;
  /** Absent: its app's. */
  readonly policy?: Policy;
  readonly present: readonly string[];
}

/** What can be wrong with a message, so that it must be parked and never be a wish. */
export type Flaw = 'not_json' | 'missing_field' | 'id_kind' | 'unknown_app' | 'future' | 'too_old';

export interface ChangeSpec {
  readonly id: string;
  readonly sentAtMs: number;
  readonly appId: string;
  readonly conversationId: string;
  readonly memberId: string;
  readonly action: Action;
  /** As the producer's own clock has it. */
  readonly occurredAtMs: number;
  /** Rollcall's own senders use a group per member; others may use the conversation's id. */
  readonly group: 'member' | 'conversation';
  /** Two sends with the same one are one message if they come within five minutes. */
  readonly deduplicationId: string;
  readonly flaw?: Flaw;
}

export const FUNCTIONS = ['apply-changes', 'plan-reconciles', 'reconcile-conversation', 'operator'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** What befalls the process, or the request, at one call of a port. */
export type CallFaultHow =
  | 'die_before'
  /** The request has left; it takes effect although nobody waits for its answer. */
  | 'die_during'
  | 'die_after'
  | 'freeze_before'
  | 'freeze_after'
  /** The request fails and has changed nothing. */
  | 'fail'
  /** The request takes effect and its answer is lost. */
  | 'lose'
  /** The client repeated the request after it had taken effect. */
  | 'repeat';

export type VendorFaultHow =
  | 'timeout_applied'
  | 'timeout_lost'
  | 'timeout_late'
  | 'error_applied'
  /** A gateway gives up on a request that takes effect later. */
  | 'error_late'
  | 'error'
  | 'reset'
  | 'throttle'
  | 'throttle_for'
  /** Something between here and the vendor answers in its place. */
  | 'gateway_404'
  | 'gateway_400';

/** What can be wrong with a page of a listing that looks well otherwise; `not_found`: the vendor says that the conversation is not there. */
export type PageFaultHow = 'repeated' | 'stale' | 'torn' | 'not_found';

export type OutageHow = 'errors' | 'timeouts' | 'throttling' | 'flapping' | 'unauthorized' | 'forbidden';

export type Fault =
  | {
      readonly kind: 'call';
      readonly function: FunctionName;
      readonly port: string;
      readonly nth: number;
      readonly how: CallFaultHow;
      readonly forMs: number;
    }
  | { readonly kind: 'vendor'; readonly nth: number; readonly how: VendorFaultHow; readonly forMs: number }
  | { readonly kind: 'page'; readonly nth: number; readonly how: PageFaultHow }
  | {
      readonly kind: 'outage';
      readonly appId: string;
      readonly how: OutageHow;
      readonly fromMs: number;
      readonly forMs: number;
    }
  /** The old key dies at `fromMs`; Secrets Manager has the new one `forMs` later (or earlier, when negative). */
  | { readonly kind: 'rotation'; readonly appId: string; readonly fromMs: number; readonly forMs: number }
  | {
      readonly kind: 'secret';
      readonly appId: string;
      readonly how: 'missing' | 'malformed' | 'unreadable';
      readonly fromMs: number;
      readonly forMs: number;
    }
  | { readonly kind: 'table_outage'; readonly fromMs: number; readonly forMs: number }
  /** The index shows what was so `forMs` ago. */
  | { readonly kind: 'index_lag'; readonly fromMs: number; readonly forMs: number }
  /** A message in flight becomes visible early and is delivered twice. */
  | { readonly kind: 'redelivery'; readonly fromMs: number }
  /** The event source's delete does not arrive. */
  | { readonly kind: 'acknowledgement_lost'; readonly nth: number }
  /** The schedule fires once more. */
  | { readonly kind: 'schedule_twice'; readonly fromMs: number }
  /** One conversation is asked for several times at once: its passes overlap. */
  | {
      readonly kind: 'passes_overlap';
      readonly fromMs: number;
      readonly appId: string;
      readonly conversationId: string;
    }
  /** The item of a parked change is gone, as with a table that was restored; the dead-letter queue has its copy. */
  | { readonly kind: 'item_lost'; readonly fromMs: number; readonly memberId: string }
  /** A batch send takes only some of its entries. */
  | { readonly kind: 'partial_send'; readonly nth: number }
  /** The vendor removes or merges something, and tells it. */
  | {
      readonly kind: 'conversation_removed';
      readonly fromMs: number;
      readonly appId: string;
      readonly conversationId: string;
    }
  | {
      readonly kind: 'user_removed';
      readonly fromMs: number;
      readonly appId: string;
      readonly memberId: string;
    }
  | {
      readonly kind: 'users_merged';
      readonly fromMs: number;
      readonly appId: string;
      readonly discarded: string;
      readonly surviving: string;
      readonly mergedConversations?: { readonly discarded: string; readonly surviving: string };
    }
  /** Somebody who may send puts a correction on the change queue. */
  | {
      readonly kind: 'forged_correction';
      readonly fromMs: number;
      readonly appId: string;
      readonly conversationId: string;
      readonly memberId: string;
      readonly cause: CorrectionCause;
    }
  /** Somebody else changes who is present. */
  | {
      readonly kind: 'behind_our_back';
      readonly fromMs: number;
      readonly appId: string;
      readonly conversationId: string;
      readonly memberId: string;
      readonly action: Action;
    };

/** How a fault is counted: its kind, and what exactly it does. */
export function faultName(fault: Fault): string {
  return 'how' in fault ? `${fault.kind}:${fault.how}` : fault.kind;
}
