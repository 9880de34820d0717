import fc from 'fast-check';
import type { ConversationKey, MemberKey } from '../../functions/core/member-key.ts';
import type { MemberPatch } from '../../functions/core/roster.ts';
import { action } from '../support/arbitraries.ts';
import { DAY, NOW, version } from '../support/builders.ts';
import type { AnyRoster } from './roster.contract.ts';

/** One request to a roster, about one of a few members of one conversation. */
export interface RosterStep {
  take(roster: AnyRoster, conversation: ConversationKey, members: readonly MemberKey[]): Promise<unknown>;
  /** What fast-check shows of it. */
  toString(): string;
}

const versions = fc.integer({ min: 0, max: 4 }).map((age) => version(age));
const member = fc.integer({ min: 0, max: 1 });
const ms = fc.integer({ min: NOW, max: NOW + DAY });
const count = fc.nat({ max: 5 });
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const message = fc.record({
  messageId: text,
  groupId: text,
  body: text,
  attributes: fc.dictionary(fc.stringMatching(/^[a-z.]{1,9}$/), text, { maxKeys: 3 }),
});
const wish = fc.record({
  version: versions,
  action,
  changeId: text,
  subscribeSDKClient: fc.boolean(),
  message,
});

const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const memberState = fc.constantFrom('pending', 'deferred', 'applied', 'parked', 'unmanaged', 'merged');

const patch: fc.Arbitrary<MemberPatch> = fc.record(
  {
    action,
    state: memberState,
    wishedAtMs: ms,
    starts: count,
    startsAlone: count,
    confirmed: orNull(fc.record({ action, version: versions, atMs: ms })),
    lateAction: orNull(action),
    message: orNull(message),
    reason: orNull(text),
    participantId: orNull(text),
    timesCorrected: orNull(count),
    correctedAtMs: orNull(ms),
    failingAloneSinceMs: orNull(ms),
    failedAloneAtMs: orNull(ms),
    doubtfulSinceMs: orNull(ms),
    mergedAtMs: orNull(ms),
    expiresAtMs: orNull(ms),
  } satisfies {
    [Field in Exclude<keyof MemberPatch, 'version' | 'changeId' | 'subscribeSDKClient'>]-?: unknown;
  },
  { requiredKeys: [] },
);

/** Any request whose answer says something, or whose effect a later one shows. */
export const rosterStep: fc.Arbitrary<RosterStep> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(member, wish, ms)
      .map(([who, ...wished]) =>
        step('putWish', (roster, _, key) => roster.putWish(key(who), ...wished), who, wished),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(member, versions, patch, fc.option(memberState, { nil: undefined }))
      .map(([who, ...patched]) =>
        step('patchMember', (roster, _, key) => roster.patchMember(key(who), ...patched), who, patched),
      ),
  },
  fc
    .tuple(member, versions, fc.boolean(), memberState)
    .map(([who, ...started]) =>
      step('countStart', (roster, _, key) => roster.countStart(key(who), ...started), who, started),
    ),
  ms.map((at) => step('markDue', (roster, conversation) => roster.markDue(conversation, at), at)),
  ms.map((at) =>
    step('createConversation', (roster, conversation) => roster.createConversation(conversation, at), at),
  ),
  fc
    .tuple(ms, ms)
    .map(([dueAtMs, toMs]) =>
      step('postpone', (roster, key) => roster.postpone({ key, dueAtMs }, toMs), dueAtMs, toMs),
    ),
  fc
    .record({ notFoundPasses: orNull(count), policy: orNull(fc.constantFrom('report', 'exact')) })
    .map((fields) =>
      step(
        'patchConversation',
        (roster, conversation) => roster.patchConversation(conversation, fields),
        fields,
      ),
    ),
);

type Take = (
  roster: AnyRoster,
  conversation: ConversationKey,
  key: (who: number) => MemberKey,
) => Promise<unknown>;

function step(name: string, take: Take, ...details: unknown[]): RosterStep {
  return {
    take: (roster, conversation, members) =>
      take(roster, conversation, (who) => {
        const key = members[who];
        if (!key) throw new Error(`there is no member ${who}`);
        return key;
      }),
    toString: () => `${name} ${JSON.stringify(details)}`,
  };
}
