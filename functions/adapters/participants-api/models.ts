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

/** A documented field that nothing here depends on: one of another type is left out rather than refused. */
function unneeded<Schema extends z.ZodMiniType>(schema: Schema) {
  return z.catch(z.optional(schema), undefined);
}

const clientAssociation = z.looseObject({ type: unneeded(z.string()), clientId: unneeded(z.string()) });
const participant = z.looseObject({
  id: z.string().check(z.minLength(1)),
  userId: z.optional(z.string()),
  userExternalId: z.optional(z.nullable(z.string())),
  unreadCount: unneeded(z.number()),
  clientAssociations: unneeded(z.array(clientAssociation)),
  lastRead: unneeded(z.nullable(z.string())),
});
const cursor = z.optional(z.nullable(z.string()));
const meta = z.looseObject({ hasMore: z.boolean(), afterCursor: cursor, beforeCursor: cursor });
const links = z.looseObject({ prev: cursor, next: cursor });

/** A success body: what is relied on is checked, what is not documented passes. */
export const participantResponse = z.looseObject({ participant });
export const participantListResponse = z.looseObject({
  participants: z.array(participant),
  meta,
  links: z.optional(z.nullable(links)),
});
/** Documented as an empty object; one that lists errors is no success, whatever its status. */
export const leaveResponse = z.looseObject({ errors: z.optional(z.undefined()) });
export const errorResponse = z.looseObject({
  errors: z.array(z.looseObject({ code: z.optional(z.string()), title: z.optional(z.string()) })),
});

/** A user's place in a conversation. */
export type Participant = z.infer<typeof participant>;
export type ClientAssociation = z.infer<typeof clientAssociation>;
export type Meta = z.infer<typeof meta>;
export type Links = z.infer<typeof links>;
export type ParticipantResponse = z.infer<typeof participantResponse>;
export type ParticipantListResponse = z.infer<typeof participantListResponse>;
