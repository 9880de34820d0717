import type { CorrectionCause } from '../../functions/core/correction.ts';
import { timingsSchema } from '../../functions/core/timings.ts';
import type { AppSpec, ChangeSpec, ConversationSpec, Fault, Scenario } from './scenario.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** A change of one member; the number says when it is sent, in seconds, and when it happened unless said otherwise. */
function change(
  atSeconds: number,
  memberId: string,
  action: 'join' | 'leave',
  overrides: Partial<ChangeSpec> = {},
) {
  const sentAtMs = atSeconds * SECOND_MS;
  // An id may stand in the clear; a member's not.
  const id = `${action}-${memberId.slice(1)}-${atSeconds}`;
  const [appId, conversationId] = ['app-a', 'a-1'] as const;
  const usual = { occurredAtMs: sentAtMs, group: 'member', deduplicationId: id } as const;
  return {
    id,
    sentAtMs,
    appId,
    conversationId,
    memberId,
    action,
    ...usual,
    ...overrides,
  } satisfies ChangeSpec;
}

interface Short {
  readonly changes: readonly ChangeSpec[];
  readonly faults?: readonly Fault[];
  readonly app?: Partial<AppSpec>;
  readonly conversation?: Partial<ConversationSpec>;
  readonly redriveAtMs?: number;
  /** Another operator's, who knows nothing of the first. */
  readonly redriveAgainAtMs?: number;
  readonly discardAtMs?: number;
  /** When an operator looks at what is held; it is approved half a minute later. */
  readonly approveAtMs?: number;
  readonly calmFromMs?: number;
  readonly webhooks?: boolean;
}

function scenario({
  changes,
  faults = [],
  app = {},
  conversation = {},
  redriveAtMs,
  redriveAgainAtMs,
  discardAtMs,
  approveAtMs,
  webhooks = false,
  calmFromMs = 5 * MINUTE_MS,
}: Short): Scenario {
  const minutes = { deferAfterMs: 3 * MINUTE_MS, parkAfterMs: 20 * MINUTE_MS, userGraceMs: 20 * SECOND_MS };
  const reconcile = { reconcileIntervalMs: 15 * MINUTE_MS };
  return {
    seed: 1,
    timings: { ...timingsSchema.parse({}), ...minutes, ...reconcile },
    consumers: 2,
    apps: [
      {
        appId: 'app-a',
        declared: true,
        idKind: 'userId',
        policy: 'managed',
        protectedMembers: [],
        requestsPerSecond: 100,
        joinOfPresent: 400,
        conversations: [{ conversationId: 'a-1', exists: true, present: ['u8a', 'u9a'], ...conversation }],
        unknownUsers: {},
        rejectedMembers: [],
        failingMembers: [],
        poisonousMembers: [],
        ...app,
      },
    ],
    changes,
    faults,
    webhooks,
    operators: [
      ...(redriveAtMs === undefined ? [] : [{ kind: 'redrive', atMs: redriveAtMs } as const]),
      ...(redriveAgainAtMs === undefined ? [] : [{ kind: 'redrive', atMs: redriveAgainAtMs } as const]),
      ...(discardAtMs === undefined ? [] : [{ kind: 'discard', atMs: discardAtMs } as const]),
      ...(approveAtMs === undefined
        ? []
        : [{ kind: 'approve', atMs: approveAtMs, actsAfterMs: 30 * SECOND_MS } as const]),
    ],
    calmFromMs: Math.max(calmFromMs, redriveAtMs ?? 0, redriveAgainAtMs ?? 0, discardAtMs ?? 0),
  };
}

const outage = (how: 'errors' | 'unauthorized', seconds: number) =>
  ({ kind: 'outage', appId: 'app-a', how, fromMs: 0, forMs: seconds * SECOND_MS }) as const;

const failing = (port: string, nth: number) =>
  ({ kind: 'call', function: 'apply-changes', port, nth, how: 'fail', forMs: 0 }) as const;

/** So many entries that a listing, and the rows, take more than one page. */
const CROWD = ['u1a', 'u2a', 'u3a', 'u4a'];

/** Short runs that together come by every call of every port. */
export const SHORT_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a join and a leave': scenario({ changes: [change(1, 'u1a', 'join'), change(2, 'u8a', 'leave')] }),
  'an older change after a newer one': scenario({
    changes: [change(1, 'u1a', 'join'), change(2, 'u1a', 'leave', { occurredAtMs: 0 })],
  }),
  'a change and its opposite, in different groups': scenario({
    changes: [change(1, 'u1a', 'join'), change(1.05, 'u1a', 'leave', { group: 'conversation' })],
  }),
  'a call without an answer, overtaken by the opposite': scenario({
    changes: [change(1, 'u8a', 'leave'), change(3, 'u8a', 'join', { group: 'conversation' })],
    faults: [{ kind: 'vendor', nth: 1, how: 'timeout_applied', forMs: 0 }],
  }),
  'a write that fails after its call': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [failing('roster', 4)],
  }),
  'a write that fails after its call, and the opposite from another group': scenario({
    changes: [
      change(1, 'u1a', 'join'),
      change(30, 'u1a', 'leave'),
      change(30.5, 'u1a', 'join', { group: 'conversation' }),
    ],
    faults: [failing('roster', 6)],
  }),
  'an acknowledgement lost during an outage': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [outage('unauthorized', 100), { kind: 'acknowledgement_lost', nth: 1 }],
  }),
  'a refused credential, and then a full conversation': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [outage('unauthorized', 50)],
    conversation: { capacity: 2 },
  }),
  'a deferred change whose write fails when it is brought back': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [outage('unauthorized', 50), failing('roster', 10)],
  }),
  'a death after a call, overtaken by the opposite, which is deferred': scenario({
    changes: [
      change(1, 'u1a', 'join'),
      change(30, 'u1a', 'leave'),
      change(40, 'u1a', 'join', { group: 'conversation' }),
    ],
    faults: [
      { ...failing('vendor', 2), how: 'die_after' },
      { ...outage('unauthorized', 60), fromMs: 35_000 },
    ],
  }),
  'a change twice': scenario({
    changes: [
      change(1, 'u1a', 'join'),
      change(2, 'u1a', 'join', { deduplicationId: 'again', occurredAtMs: 1_000 }),
    ],
  }),
  'a join of somebody present': scenario({ changes: [change(1, 'u8a', 'join')] }),
  'a message that is no change': scenario({ changes: [change(1, 'u1a', 'join', { flaw: 'not_json' })] }),
  'a user who is never known, and a redrive': scenario({
    changes: [change(1, 'u1a', 'join')],
    app: { unknownUsers: { u1a: 4 * MINUTE_MS } },
    redriveAtMs: 5 * MINUTE_MS,
  }),
  'a user who is never known, and a discard': scenario({
    changes: [change(1, 'u1a', 'join'), change(1, 'u2a', 'join', { flaw: 'not_json' })],
    app: { unknownUsers: { u1a: null } },
    discardAtMs: 5 * MINUTE_MS,
  }),
  'a redrive of what is parked again, and its discard': scenario({
    changes: [change(1, 'u1a', 'join')],
    app: { unknownUsers: { u1a: null } },
    redriveAtMs: 4 * MINUTE_MS,
    discardAtMs: 7 * MINUTE_MS,
  }),
  'two operators who redrive, one of them late': scenario({
    changes: [change(1, 'u1a', 'join')],
    app: { unknownUsers: { u1a: null } },
    redriveAtMs: 4 * MINUTE_MS,
    redriveAgainAtMs: 6 * MINUTE_MS,
  }),
  'two operators at once': scenario({
    changes: [change(1, 'u1a', 'join')],
    app: { unknownUsers: { u1a: null } },
    redriveAtMs: 4 * MINUTE_MS,
    discardAtMs: 4 * MINUTE_MS,
  }),
  'two sweeps at once': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [{ kind: 'schedule_twice', fromMs: 9 * MINUTE_MS + 80 }],
    app: { unknownUsers: { u1a: null } },
    redriveAtMs: 4 * MINUTE_MS,
    calmFromMs: 10 * MINUTE_MS,
  }),
  'an item that is lost': scenario({
    changes: [change(1, 'u1a', 'join'), change(1, 'u2a', 'join')],
    faults: [{ kind: 'item_lost', memberId: 'u1a', fromMs: 237 * SECOND_MS }],
    app: { unknownUsers: { u1a: null, u2a: null } },
    redriveAtMs: 4 * MINUTE_MS,
  }),
  'a newer change of somebody whose change is parked': scenario({
    changes: [change(1, 'u1a', 'join'), change(2 * 60, 'u1a', 'leave')],
    app: { unknownUsers: { u1a: null } },
  }),
  'an outage': scenario({
    changes: CROWD.map((each) => change(1, each, 'join')),
    faults: [outage('errors', 280)],
  }),
  'a refused credential': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [outage('unauthorized', 100)],
  }),
  'an outage that a newer change outlives': scenario({
    changes: [change(1, 'u1a', 'join'), change(30, 'u1a', 'leave')],
    faults: [outage('unauthorized', 100)],
  }),
  'a deferral that is written twice': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [
      outage('unauthorized', 60),
      { kind: 'call', function: 'apply-changes', port: 'roster', nth: 4, how: 'repeat', forMs: 0 },
    ],
  }),
  'a change that is parked when it is brought back, and a newer one in another group': scenario({
    changes: [change(1, 'u1a', 'join'), change(150, 'u1a', 'leave', { group: 'conversation' })],
    faults: [outage('unauthorized', 50)],
    app: { unknownUsers: { u1a: null } },
  }),
  'an outage, and a conversation that does not exist': scenario({
    changes: [change(1, 'u1a', 'join'), change(1, 'u2a', 'leave')],
    faults: [outage('unauthorized', 60)],
    conversation: { exists: false },
  }),
  'a poisonous member': scenario({
    changes: [change(1, 'u1a', 'join'), change(1, 'u2a', 'join')],
    app: { poisonousMembers: ['u1a'] },
  }),
  'a poisonous member during an outage': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [{ kind: 'secret', appId: 'app-a', how: 'missing', fromMs: 0, forMs: 60_000 }],
    app: { poisonousMembers: ['u1a'] },
  }),
  'members lost behind our back': scenario({
    changes: [change(1, 'u1a', 'join'), change(1, 'u8a', 'leave')],
    faults: [
      { ...lost('u1a', 'leave'), fromMs: 60_000 },
      { ...lost('u8a', 'join'), fromMs: 60_000 },
    ],
  }),
  'a member lost behind our back, and a vendor that fails when it is to be repaired': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [{ ...lost('u1a', 'leave'), fromMs: 60_000 }, ...[2, 3, 4].map((nth) => failing('vendor', nth))],
    calmFromMs: 12 * MINUTE_MS,
  }),
  'a change of what somebody else has long changed, where no drift is corrected': scenario({
    changes: [change(1, 'u1a', 'join'), change(20 * 60, 'u1a', 'join')],
    faults: [{ ...lost('u1a', 'leave'), fromMs: 60_000 }],
    app: { policy: 'report' },
    calmFromMs: 21 * MINUTE_MS,
  }),
  'forged corrections of what somebody else has changed, where no drift is corrected': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [
      { ...lost('u1a', 'leave'), fromMs: 60_000 },
      { ...forged('u1a', 'deferred'), fromMs: 70_000 },
      { ...forged('u1a', 'missing'), fromMs: 80_000 },
    ],
    conversation: { policy: 'report' },
  }),
  'a forged removal of somebody protected': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [{ ...forged('u8a', 'unexpected'), fromMs: 60_000 }],
    app: { policy: 'exact', protectedMembers: ['u8a', 'u9a'] },
  }),
  'a stranger where nobody else may be': scenario({
    changes: [change(1, 'u1a', 'join'), ...CROWD.map((each) => change(2, each, 'join'))],
    faults: [{ ...lost('u7a', 'join'), fromMs: 60_000 }],
    app: { policy: 'exact' },
  }),
  'a stranger who is wished for meanwhile': scenario({
    changes: [
      ...CROWD.map((each) => change(1, each, 'join')),
      change(544, 'u7a', 'join', { group: 'conversation' }),
    ],
    // The first pass is after nine minutes.
    faults: [
      { ...lost('u7a', 'join'), fromMs: 60_000 },
      { ...failing('vendor', 5), how: 'freeze_after', forMs: 8_000 },
    ],
    calmFromMs: 12 * MINUTE_MS,
    app: { policy: 'exact' },
    conversation: { present: [] },
  }),
  'a call that takes effect late, overtaken by the opposite, where no drift is corrected': scenario({
    changes: [change(1, 'u8a', 'leave'), change(3, 'u8a', 'join', { group: 'conversation' })],
    faults: [{ kind: 'vendor', nth: 1, how: 'timeout_late', forMs: 8_000 }],
    app: { policy: 'report' },
  }),
  'an error that takes effect late, and the opposite, where no drift is corrected': scenario({
    changes: [change(1, 'u1a', 'join'), change(3, 'u1a', 'leave')],
    faults: [{ kind: 'vendor', nth: 1, how: 'error_late', forMs: 4_000 }],
    app: { policy: 'report' },
  }),
  'a call that is held up, overtaken by the opposite twice, where no drift is corrected': scenario({
    changes: [
      change(1, 'u8a', 'leave'),
      change(3, 'u8a', 'join', { group: 'conversation' }),
      change(5, 'u8a', 'join', { group: 'conversation' }),
    ],
    faults: [{ ...failing('vendor', 1), how: 'freeze_before', forMs: 8_000 }],
    app: { policy: 'report' },
  }),
  'people added behind our back while passes overlap': scenario({
    changes: [change(1, 'u8a', 'leave'), change(1, 'u9a', 'leave')],
    faults: [
      { ...lost('u8a', 'join'), fromMs: 60_000 },
      { kind: 'passes_overlap', appId: 'app-a', conversationId: 'a-1', fromMs: 60_010 },
      { ...lost('u9a', 'join'), fromMs: 61_500 },
    ],
    // Each process lists once in two seconds.
    app: { requestsPerSecond: 5 },
    conversation: { present: ['u7a', 'u8a', 'u9a'] },
  }),
  'a drift that a webhook tells of, and one whose listing fails': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [
      { ...lost('u1a', 'leave'), fromMs: 60_000 },
      { ...lost('u1a', 'leave'), fromMs: 300_000 },
      { kind: 'outage', appId: 'app-a', how: 'unauthorized', fromMs: 250_000, forMs: 120_000 },
    ],
    webhooks: true,
  }),
  'a conversation that is removed': scenario({
    changes: [change(1, 'u1a', 'join'), change(55, 'u2a', 'join')],
    faults: [
      { kind: 'outage', appId: 'app-a', how: 'unauthorized', fromMs: 50_000, forMs: 50_000 },
      { kind: 'conversation_removed', fromMs: 60_000, appId: 'app-a', conversationId: 'a-1' },
    ],
    webhooks: true,
  }),
  'a user who is removed': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [{ kind: 'user_removed', fromMs: 60_000, appId: 'app-a', memberId: 'u1a' }],
    webhooks: true,
  }),
  'users merged in a chain, and a late change': scenario({
    changes: [change(1, 'u1a', 'join'), change(2, 'u2a', 'leave'), change(100, 'u1a', 'leave')],
    faults: [merged('u1a', 'u2a', 60_000), merged('u2a', 'u3a', 62_000)],
    webhooks: true,
  }),
  'a change of somebody merged, where there was none': scenario({
    changes: [change(100, 'u1a', 'join')],
    faults: [merged('u1a', 'u2a', 60_000)],
    webhooks: true,
  }),
  'somebody merged whose wish waits for an outage': scenario({
    changes: [change(30, 'u1a', 'join'), change(95, 'u1a', 'leave')],
    faults: [outage('unauthorized', 100), merged('u1a', 'u2a', 60_000)],
    webhooks: true,
  }),
  'somebody merged whose wish, brought back, moves into a full conversation': scenario({
    changes: [change(30, 'u1a', 'join')],
    faults: [outage('unauthorized', 59), merged('u1a', 'u2a', 60_000)],
    conversation: { capacity: 2 },
    webhooks: true,
  }),
  'somebody merged whose wish meets another outage where it moves to': scenario({
    changes: [change(30, 'u1a', 'join')],
    faults: [
      outage('unauthorized', 59),
      { ...outage('errors', 60), fromMs: 59_000 },
      merged('u1a', 'u2a', 60_000),
    ],
    webhooks: true,
  }),
  'somebody merged into a protected member': scenario({
    changes: [change(1, 'u1a', 'leave'), change(2, 'u2a', 'join')],
    faults: [merged('u1a', 'u2a', 60_000)],
    app: { protectedMembers: ['u2a'] },
    webhooks: true,
  }),
  'a protected member merged into somebody else': scenario({
    changes: [change(1, 'u2a', 'join'), change(100, 'u2a', 'leave')],
    faults: [merged('u1a', 'u2a', 60_000)],
    app: { protectedMembers: ['u1a'] },
    webhooks: true,
  }),
  'somebody protected while a leave is under way whose worker has died': scenario({
    changes: [change(1, 'u2a', 'join'), change(58, 'u2a', 'leave')],
    faults: [
      { kind: 'call', function: 'apply-changes', port: 'vendor', nth: 2, how: 'die_before', forMs: 0 },
      merged('u1a', 'u2a', 60_000),
    ],
    app: { protectedMembers: ['u1a'] },
    webhooks: true,
  }),
  'conversations merged with their users': scenario({
    changes: [change(1, 'u1a', 'join'), change(1, 'u3a', 'join'), change(100, 'u4a', 'join')],
    faults: [
      {
        ...merged('u1a', 'u2a', 60_000),
        mergedConversations: { discarded: 'a-1', surviving: 'a-2' },
      },
    ],
    app: {
      conversations: [
        { conversationId: 'a-1', exists: true, present: ['u8a'] },
        { conversationId: 'a-2', exists: true, present: ['u9a'] },
      ],
    },
    webhooks: true,
  }),
  'more strangers than may be removed': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: ['u5a', 'u6a', 'u7a'].map((each) => ({ ...lost(each, 'join'), fromMs: 60_000 })),
    app: { policy: 'exact' },
  }),
  'more strangers than may be removed, and one who comes after an operator has looked': scenario({
    changes: [change(1, 'u1a', 'join')],
    faults: [
      ...['u5a', 'u6a', 'u7a'].map((each) => ({ ...lost(each, 'join'), fromMs: 60_000 })),
      // The first pass is after nine minutes.
      { ...lost('u4a', 'join'), fromMs: 610_000 },
    ],
    app: { policy: 'exact' },
    approveAtMs: 10 * MINUTE_MS,
    calmFromMs: 12 * MINUTE_MS,
  }),
  'more strangers than may be removed, and one who comes before an operator approves what is held no more':
    scenario({
      changes: [change(1, 'u1a', 'join')],
      faults: [
        ...['u5a', 'u6a', 'u7a'].map((each) => ({ ...lost(each, 'join'), fromMs: 60_000 })),
        { ...lost('u4a', 'join'), fromMs: 610_000 },
        { kind: 'passes_overlap', appId: 'app-a', conversationId: 'a-1', fromMs: 615_000 },
      ],
      app: { policy: 'exact' },
      approveAtMs: 10 * MINUTE_MS,
      calmFromMs: 12 * MINUTE_MS,
    }),
  'so much held that nobody is removed anywhere': manyHeld(),
};

/** In six conversations more strangers than may be removed, in the seventh one. */
function manyHeld(): Scenario {
  const crowded = [1, 2, 3, 4, 5, 6].map((number) => `a-${number}`);
  const strangers = ['u5a', 'u6a', 'u7a'];
  const compare = (conversationId: string, fromMs: number) =>
    ({ kind: 'passes_overlap', appId: 'app-a', conversationId, fromMs }) as const;
  return scenario({
    changes: [
      change(1, 'u1a', 'join', { conversationId: 'a-7' }),
      change(1, 'u2a', 'join', { conversationId: 'a-7' }),
    ],
    faults: [
      ...crowded.flatMap((conversationId) => [
        ...strangers.map((each) => ({ ...lost(each, 'join'), conversationId, fromMs: 90_000 })),
        compare(conversationId, 91_000),
      ]),
      // By then a pass that died has been made again.
      { ...lost('u5a', 'join'), conversationId: 'a-7', fromMs: 500_000 },
      compare('a-7', 600_000),
    ],
    app: {
      conversations: [...crowded, 'a-7'].map((conversationId) => ({
        conversationId,
        exists: true,
        policy: 'exact',
        present: [],
      })),
    },
    calmFromMs: 16 * MINUTE_MS,
  });
}

function lost(memberId: string, action: 'join' | 'leave') {
  return { kind: 'behind_our_back', appId: 'app-a', conversationId: 'a-1', memberId, action } as const;
}

function forged(memberId: string, cause: CorrectionCause) {
  return { kind: 'forged_correction', appId: 'app-a', conversationId: 'a-1', memberId, cause } as const;
}

function merged(discarded: string, surviving: string, fromMs: number) {
  return { kind: 'users_merged', fromMs, appId: 'app-a', discarded, surviving } as const;
}
