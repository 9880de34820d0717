/** An app as the fake vendor knows it: its users, conversations, participants and webhooks. */
import type { Credentials } from './authorization.ts';
import type { Who } from './options.ts';
import type { ListFault } from './pagination.ts';
import type { ParticipantList } from './participant-list.ts';
import type { TokenBucket } from './token-bucket.ts';
import type { Webhooks } from './webhooks.ts';

export interface User {
  readonly id: string;
  readonly externalId: string | null;
}

export interface Conversation {
  readonly id: string;
  readonly type: 'sdkGroup' | 'personal';
  /** Joins beyond this many participants are refused; Infinity for no limit. */
  participantCap: number;
  readonly participants: ParticipantList;
  listFault: ListFault | undefined;
}

export interface App {
  readonly id: string;
  readonly credentials: Credentials;
  readonly users: Map<string, User>;
  readonly usersByExternalId: Map<string, User>;
  readonly conversations: Map<string, Conversation>;
  readonly rateLimit: TokenBucket | undefined;
  readonly webhooks: Webhooks;
}

export function findUser(app: App, who: Who): User | undefined {
  return 'userId' in who ? app.users.get(who.userId) : app.usersByExternalId.get(who.userExternalId);
}
