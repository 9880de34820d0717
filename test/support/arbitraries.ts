import fc from 'fast-check';
import { POLICIES } from '../../functions/core/app.ts';
import type { CallResult } from '../../functions/core/call-result.ts';
import type { Action } from '../../functions/core/change.ts';
import type { CompareInput } from '../../functions/core/drift.ts';
import type { ReceivedChange } from '../../functions/core/fold.ts';
import type { MemberKey } from '../../functions/core/member-key.ts';
import type { MemberRow, MemberState } from '../../functions/core/roster.ts';
import type { FirstArrival } from '../../functions/core/version.ts';
import {
  conversationKey,
  DAY,
  HOUR,
  iso,
  memberRow,
  NOW,
  participant,
  receivedChange,
  TIMINGS,
  version,
} from './builders.ts';
import { codePoint } from './code-point.ts';

/* Random values for property tests. fast-check prints the seed that replays a failure. */

const PATH_CHARACTERS = [...'abcXYZ019_-'];

export const action = fc.constantFrom<Action>('join', 'leave');
export const policy = fc.constantFrom(...POLICIES);

/** Ids that stand in a path. */
export const pathId = fc.string({ unit: fc.constantFrom(...PATH_CHARACTERS), minLength: 1, maxLength: 128 });

/** Ids of people: anything printable, quotes, slashes and emoji included. */
export const printableId = fc
  .string({ unit: codePoint, minLength: 1, maxLength: 100 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what no id may hold
  .filter((text) => !/[\u0000-\u001f\u007f-\u009f]/.test(text));

/** Any moment whose change is neither too old nor from the future. */
export const recentMs = fc.integer({ min: NOW - 30 * DAY, max: NOW });

/** A change as a producer writes it, in all valid shapes. */
export const changeBody = fc
  .record(
    {
      version: fc.constant(1),
      id: printableId,
      action,
      appId: pathId,
      conversationId: pathId,
      subscribeSDKClient: fc.boolean(),
      occurredAt: recentMs.map(iso),
      source: printableId,
    },
    { requiredKeys: ['id', 'action', 'appId', 'conversationId', 'occurredAt'] },
  )
  .chain((body) =>
    fc
      .tuple(fc.constantFrom('userId', 'userExternalId'), printableId)
      .map(([idKind, id]): Record<string, unknown> => ({ ...body, [idKind]: id })),
  );

export const memberKey: fc.Arbitrary<MemberKey> = fc.record({
  appId: pathId,
  conversationId: pathId,
  idKind: fc.constantFrom('userId', 'userExternalId'),
  memberId: printableId,
});

/** A first arrival as SQS gives it: 15 digits of milliseconds, up to 128 bits of sequence number. */
export const arrival: fc.Arbitrary<FirstArrival> = fc.record({
  sentAtMs: fc.nat({ max: 999_999_999_999_999 }),
  sequenceNumber: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String),
});

/** A batch of changes to few members within a few milliseconds, so that they meet; no two have the same version. */
export const batch: fc.Arbitrary<ReceivedChange[]> = fc
  .uniqueArray(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 50 })), {
    maxLength: 10,
    selector: ([, , sequence]) => sequence,
  })
  .map((changes) =>
    changes.map(([member, afterMs, sequence]) =>
      receivedChange({
        change: {
          id: `change-${sequence}`,
          member: { ...conversationKey(), idKind: 'userId', memberId: `member-${member}` },
          occurredAtMs: NOW - afterMs,
        },
        message: { sentAtMs: NOW, sequenceNumber: String(sequence) },
      }),
    ),
  );

const STATES: readonly MemberState[] = ['pending', 'deferred', 'applied', 'parked', 'unmanaged', 'merged'];
const PEOPLE = ['ann', 'bob', 'cyd', 'dee', 'eve', 'fay', 'gus', 'hal'];

/** What may be known of one person: a row in any state, or none. */
const row: fc.Arbitrary<Omit<Partial<MemberRow>, 'key'> | undefined> = fc.option(
  fc
    .record({
      action,
      state: fc.constantFrom(...STATES),
      wishedAtMs: fc.integer({ min: NOW - HOUR, max: NOW }),
      confirmed: fc.option(
        fc.record({
          action,
          version: fc.constantFrom(version(-HOUR), version(-DAY)),
          atMs: fc.integer({ min: NOW - HOUR, max: NOW }),
        }),
        { nil: undefined },
      ),
      corrected: fc.option(
        fc.record({
          timesCorrected: fc.integer({ min: 1, max: 40 }),
          correctedAtMs: fc.integer({ min: NOW - DAY, max: NOW }),
        }),
        { nil: undefined },
      ),
    })
    .map(({ confirmed, corrected, ...fields }) => ({
      ...fields,
      ...(confirmed && { confirmed }),
      ...corrected,
    })),
  { nil: undefined },
);

/** A conversation of up to eight people, each present or not, with a row in any state or none, under any policy. */
export const comparison: fc.Arbitrary<CompareInput> = fc
  .record({
    policy,
    idKind: fc.constantFrom('userId', 'userExternalId'),
    listingStartedMs: fc.integer({ min: NOW - HOUR, max: NOW }),
    people: fc.array(
      fc.record({ present: fc.boolean(), row, isProtected: fc.boolean(), hasExternalId: fc.boolean() }),
      {
        maxLength: PEOPLE.length,
      },
    ),
  })
  .map(({ policy, idKind, listingStartedMs, people }) => {
    const named = people.map((person, index) => {
      const everywhere = participant(PEOPLE[index] ?? '');
      const { userExternalId, ...withoutExternalId } = everywhere;
      const memberId = (idKind === 'userId' ? everywhere.userId : userExternalId) ?? '';
      return { ...person, memberId, participant: person.hasExternalId ? everywhere : withoutExternalId };
    });
    return {
      conversation: conversationKey(),
      idKind,
      policy,
      listingStartedMs,
      nowMs: NOW,
      timings: TIMINGS,
      protectedMembers: new Set(named.filter((each) => each.isProtected).map((each) => each.memberId)),
      participants: named.filter((each) => each.present).map((each) => each.participant),
      rows: named.flatMap(({ row, memberId }) =>
        row ? [rowOf(row, { ...conversationKey(), idKind, memberId })] : [],
      ),
    };
  });

/** Without a confirmation of its own the row has none: the builder's must not show through. */
function rowOf(fields: Omit<Partial<MemberRow>, 'key'>, key: MemberKey): MemberRow {
  const { confirmed: _, ...unconfirmed } = memberRow({ ...fields, key });
  return fields.confirmed ? { ...unconfirmed, confirmed: fields.confirmed } : unconfirmed;
}

/** Every kind of answer, with any wait and any word of the vendor's. */
export const callResult: fc.Arbitrary<CallResult> = fc.oneof(
  fc.record(
    { kind: fc.constant('applied' as const), participantId: fc.string() },
    { requiredKeys: ['kind'] },
  ),
  fc.constant({ kind: 'already' as const }),
  fc.record({ kind: fc.constant('gone' as const), what: fc.constantFrom('conversation', 'user') }),
  fc.record(
    {
      kind: fc.constant('rejected' as const),
      reason: fc.constantFrom('full', 'bad_request', 'unexpected'),
      status: fc.integer({ min: 400, max: 499 }),
      code: fc.string(),
      title: fc.string(),
    },
    { requiredKeys: ['kind', 'reason', 'status'] },
  ),
  fc.record({ kind: fc.constant('throttled' as const), retryAfterMs: fc.nat() }, { requiredKeys: ['kind'] }),
  fc.record({ kind: fc.constant('unauthorized' as const), status: fc.constantFrom(401, 403) }),
  fc.record(
    {
      kind: fc.constant('unreachable' as const),
      mayHaveBeenApplied: fc.boolean(),
      status: fc.integer({ min: 400, max: 599 }),
    },
    { requiredKeys: ['kind', 'mayHaveBeenApplied'] },
  ),
);
