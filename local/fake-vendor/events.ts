/** What happens at the vendor, as its webhooks tell it. */
import type { User } from './app.ts';

interface ConversationNamed {
  readonly id: string;
  readonly type: 'sdkGroup' | 'personal';
}

/** Somebody joined or left, through the API or behind its back. */
export interface MembershipEvent {
  readonly type: 'conversation:join' | 'conversation:leave';
  readonly appId: string;
  readonly conversation: ConversationNamed;
  readonly user: User;
}

export type VendorEvent =
  | MembershipEvent
  | {
      readonly type: 'conversation:remove';
      readonly appId: string;
      readonly conversation: ConversationNamed;
    }
  | { readonly type: 'user:remove'; readonly appId: string; readonly user: User }
  | {
      readonly type: 'user:merge';
      readonly appId: string;
      readonly surviving: User;
      readonly discarded: User;
      /** Where the merge made one conversation out of two. */
      readonly conversations?: {
        readonly surviving: ConversationNamed;
        readonly discarded: ConversationNamed;
      };
    };
