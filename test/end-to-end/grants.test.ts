import { beforeAll, describe, expect, it } from 'vitest';
import type { AwsCall } from '../../local/embedded/aws-call.ts';
import { allows, type Grant } from '../../local/embedded/grants.ts';
import { everythingOnce } from './everything-once.ts';
import { SystemUnderTest } from './system.ts';

/** Grants that AWS uses on a function's behalf. */
const EXEMPT: readonly (readonly [functionId: RegExp, action: RegExp, why: string])[] = [
  [/./, /^xray:/, "Lambda's own agent sends traces"],
  [/./, /^logs:/, 'Lambda itself writes what a function prints'],
  [
    /^(Consumer|Reconciler)(ApplyChanges|ReconcileConversation)/,
    /^sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)$/,
    'the event source mapping polls its queue with the role of the function',
  ],
];

const isExempt = ({ functionId, action }: Grant) =>
  EXEMPT.some(([functions, actions]) => functions.test(functionId) && actions.test(action));

let grants: readonly Grant[];
let allowed: readonly AwsCall[];
let denied: readonly AwsCall[];

beforeAll(async () => {
  const system = await SystemUnderTest.start({ 'rollcall:cacheMs': 500 });
  try {
    await everythingOnce(system);
    const calls = [...system.calls.values()];
    grants = system.stack.embedded.grants;
    allowed = calls.filter(({ isAllowed }) => isAllowed).map(({ call }) => call);
    denied = calls.filter(({ isAllowed }) => !isAllowed).map(({ call }) => call);
  } finally {
    await system.stop();
  }
}, 240_000);

describe('what the functions ask of AWS when everything happens once', () => {
  it('is all allowed by the roles of the template', () => {
    expect(denied).toEqual([]);
    expect(allowed.length).toBeGreaterThan(15);
  });

  it('needs every grant: replayed without any one of them, something is denied', () => {
    const isNeeded = (grant: Grant) => {
      const others = grants.filter((each) => each !== grant);
      return allowed.some((call) => !others.some((each) => allows(each, call)));
    };
    expect(grants.filter((grant) => !isExempt(grant) && !isNeeded(grant))).toEqual([]);
  });

  it('exempts no grant that is not there', () => {
    const unused = EXEMPT.filter(
      ([functions, actions]) =>
        !grants.some(({ functionId, action }) => functions.test(functionId) && actions.test(action)),
    );
    expect(unused).toEqual([]);
  });
});
