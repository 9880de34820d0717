import * as z from 'zod/mini';

/** One id kind of several, exactly one: the others must be left out. */
type WithId<Kind extends string, All extends string> = Kind extends string
  ? { readonly [Key in Kind]: string } & { readonly [Key in Exclude<All, Kind>]?: never }
  : never;

/** Who joins: by exactly one of the two ids. */
export type ParticipantJoinBody = WithId<'userId' | 'userExternalId', 'userId' | 'userExternalId'> & {
  /** Subscribes the user's SDK client at once. The vendor requires it in `sdkGroup` conversations, the only ones that can be joined. */
  readonly subscribeSDKClient?: boolean;
};

type LeaveId = 'userId' | 'userExternalId' | 'participantId';

/** Who leaves: by exactly one of the three ids. */
export type ParticipantLeaveBody = WithId<LeaveId, LeaveId>;

/** Which page of a list: `after` a record or `before` it, not both; from the start if neither. */
export interface Page {
  readonly after?: string;
  readonly before?: string;
  /** From 1 to 100; the vendor takes 25 if it is left out. */
  readonly size?: number;
}

/** What the vendor adds without documenting it passes. */
interface Loose {
  readonly [field: string]: unknown;
}

export interface ClientAssociation extends Loose {
  readonly type?: string | undefined;
  readonly clientId?: string | undefined;
}

/** A user's place in a conversation. */
export interface Participant extends Loose {
  readonly id: string;
  readonly userId?: string | undefined;
  readonly userExternalId?: string | null | undefined;
  readonly unreadCount?: number | undefined;
  readonly clientAssociations?: readonly ClientAssociation[] | undefined;
  readonly lastRead?: string | null | undefined;
}

export interface Meta extends Loose {
  readonly hasMore: boolean;
  readonly afterCursor?: string | null | undefined;
  readonly beforeCursor?: string | null | undefined;
}

export interface Links extends Loose {
  readonly prev?: string | null | undefined;
  readonly next?: string | null | undefined;
}

export interface ParticipantResponse extends Loose {
  readonly participant: Participant;
}

export interface ParticipantListResponse extends Loose {
  readonly participants: readonly Participant[];
  readonly meta: Meta;
  readonly links?: Links | null | undefined;
}

export const errorResponse = z.looseObject({
  errors: z.array(z.looseObject({ code: z.optional(z.string()), title: z.optional(z.string()) })),
});
