import * as z from 'zod/mini';
import { POLICIES } from '../../core/app.ts';
import type { ConversationRow } from '../../core/conversation.ts';
import type { MergeEdge } from '../../core/merge.ts';
import { PARK_REASONS, type ParkReason } from '../../core/reasons.ts';
import type { MemberRow, MemberState, ParkedItem } from '../../core/roster.ts';

/*
 * What Rollcall itself writes into the table. An attribute that is none of these is left alone and not read, so that a
 * newer deployment may add its own before an older one is gone.
 */

/** A schema for every field, so that one which is added to the type cannot be forgotten here. */
type SchemaOf<Row, ElsewhereInTheItem extends keyof Row = never> = {
  readonly [Field in keyof Omit<Row, ElsewhereInTheItem>]-?: z.ZodMiniType;
};

const text = z.string('must be a string');
const whole = z
  .number('must be a number')
  .check(z.int('must be a whole number'), z.nonnegative('must not be negative'));
const version = text.check(z.regex(/^\d{15}\.\d{15}\.\d{39}$/, 'must be a version as Rollcall writes it'));
const action = z.enum(['join', 'leave'], 'must be "join" or "leave"');
const idKind = z.enum(['userId', 'userExternalId'], 'must be "userId" or "userExternalId"');

function map<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.object(shape, 'must be a map');
}

const storedMessage = map({
  messageId: text,
  groupId: text,
  body: text,
  attributes: z.record(text, text, 'must be a map of strings'),
});

const STATES = {
  pending: 'pending',
  deferred: 'deferred',
  applied: 'applied',
  parked: 'parked',
  unmanaged: 'unmanaged',
  merged: 'merged',
} as const satisfies { [State in MemberState]: State };

const memberFields = {
  version,
  action,
  changeId: text,
  subscribeSDKClient: z.boolean('must be true or false'),
  state: z.enum(STATES, `must be one of ${Object.keys(STATES).join(', ')}`),
  wishedAtMs: whole,
  starts: whole,
  startsAlone: whole,
  confirmed: z.exactOptional(map({ action, version, atMs: whole })),
  lateAction: z.exactOptional(action),
  message: z.exactOptional(storedMessage),
  reason: z.exactOptional(text),
  participantId: z.exactOptional(text),
  failingAloneSinceMs: z.exactOptional(whole),
  failedAloneAtMs: z.exactOptional(whole),
  doubtfulSinceMs: z.exactOptional(whole),
  timesCorrected: z.exactOptional(whole),
  correctedAtMs: z.exactOptional(whole),
  mergedAtMs: z.exactOptional(whole),
} satisfies SchemaOf<MemberRow, 'key' | 'expiresAtMs'>;

export const memberItem = map({
  pk: text,
  sk: text,
  idKind,
  ...memberFields,
  /** Seconds since 1970, as the table's time to live wants it. */
  expiresAt: z.exactOptional(whole),
});

const conversationFields = {
  policy: z.exactOptional(z.enum(POLICIES, `must be one of ${POLICIES.join(', ')}`)),
  lastPass: z.exactOptional(
    map({
      passId: text,
      startedAtMs: whole,
      finishedAtMs: whole,
      listing: z.enum(['complete', 'doubtful', 'failed', 'app_out', 'not_found']),
      participants: whole,
      missing: whole,
      unexpected: whole,
      corrected: whole,
      held: whole,
    }),
  ),
  held: z.exactOptional(
    map({
      hash: text,
      heldAtMs: whole,
      removals: z.array(map({ memberId: text, plannedAgainst: z.exactOptional(version) })),
      approvedUntilMs: z.exactOptional(whole),
    }),
  ),
  removals: z.exactOptional(z.array(map({ atMs: whole, count: whole }), 'must be a list')),
  notFoundPasses: z.exactOptional(whole),
} satisfies SchemaOf<ConversationRow, 'key' | 'dueAtMs'>;

export const conversationItem = map({ ...conversationFields, worklistAt: whole });

const parkedFields = {
  message: storedMessage,
  reason: z.enum(
    Object.keys(PARK_REASONS) as ParkReason[],
    'must be a reason for parking that Rollcall knows',
  ),
  detail: text,
  parkedAtMs: whole,
  key: z.exactOptional(map({ appId: text, conversationId: text, idKind, memberId: text })),
  changeId: z.exactOptional(text),
} satisfies SchemaOf<ParkedItem>;

export const parkedItem = map(parkedFields);
export const heldItem = map({ pk: text, heldSinceMs: whole });

const { message: _message, parkedAtMs: _parkedAtMs, ...summaryFields } = parkedFields;
/** A parked item as the worklist's index has it. */
export const parkedSummary = map({ pk: text, worklistAt: whole, ...summaryFields });
/** What is left of a parked item that was settled. */
export const settledItem = map({
  reason: parkedFields.reason,
  parkedAtMs: whole,
  changeId: parkedFields.changeId,
  settledAs: z.enum(['redriven', 'discarded'], 'must be "redriven" or "discarded"'),
  settledAtMs: whole,
});
/** What the worklist's index has of an item that is found by its partition alone. */
export const listedItem = map({ pk: text });
export const mergeItem = map({
  survivor: text,
  eventId: text,
  state: z.enum(['claimed', 'confirmed', 'ignored']),
} satisfies SchemaOf<MergeEdge>);

export const rowKeyItem = map({ pk: text, sk: text });
export const dueItem = map({ pk: text, worklistAt: whole });
export const runItem = map({ planned: z._default(whole, 0), newlyHeld: z._default(whole, 0) });
