import { beforeAll, describe, expect, it } from 'vitest';
import type { AwsCall } from '../../local/embedded/call-recorder.ts';
import { LOCAL_STAGE } from '../../local/local-stack.ts';
import { templateOf } from '../lib/template.ts';
import { everythingOnce } from './everything-once.ts';
import { allows, deniedWithout, type Grant, grantsOf, type Use, usesOf } from './grants.ts';
import { SystemUnderTest } from './system.ts';

/** Grants that AWS uses on a function's behalf, or that go to a service which has no emulator here. */
const EXEMPT: readonly (readonly [caller: RegExp, action: RegExp, why: string])[] = [
  [/./, /^xray:/, "Lambda's own agent sends traces"],
  [/./, /^logs:/, 'Lambda itself writes what a function prints'],
  [
    /^(Consumer|Reconciler)(ApplyChanges|ReconcileConversation)/,
    /^sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)$/,
    'the event source mapping polls its queue with the role of the function',
  ],
];

const isExempt = ({ caller, action }: Grant) =>
  EXEMPT.some(([callers, actions]) => callers.test(caller) && actions.test(action));

let grants: readonly Grant[];
let uses: readonly Use[];

beforeAll(async () => {
  const calls: AwsCall[] = [];
  const system = await SystemUnderTest.start({ 'rollcall:cacheMs': 500 }, {}, (call) => calls.push(call));
  try {
    await everythingOnce(system);
    const { resources, functions } = system.stack.embedded;
    const settings = Object.entries(LOCAL_STAGE).map(([key, value]) => [key.replace('rollcall:', ''), value]);
    grants = grantsOf(templateOf(Object.fromEntries(settings)), resources);
    uses = usesOf(calls, resources).filter(({ caller }) => functions.has(caller));
  } finally {
    await system.stop();
  }
}, 240_000);

describe('the calls that the functions make when everything happens once', () => {
  it('are all allowed by the roles of the template', () => {
    expect(uses.length).toBeGreaterThan(15);
    expect(uses.filter((use) => !grants.some((grant) => allows(grant, use)))).toEqual([]);
  });

  it('need every grant: without any one of them something is denied', () => {
    const needless = grants.filter(
      (grant) => !isExempt(grant) && deniedWithout(grant, grants, uses).length === 0,
    );
    expect(needless).toEqual([]);
  });

  it('exempt no grant that is not there', () => {
    const unused = EXEMPT.filter(
      ([callers, actions]) =>
        !grants.some(({ caller, action }) => callers.test(caller) && actions.test(action)),
    );
    expect(unused).toEqual([]);
  });
});
