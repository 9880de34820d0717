import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LOCAL_STAGE } from '../../local/local-stack.ts';
import { operatorIdentity } from '../support/operator-identity.ts';
import { alarmNamed, isRaised, isRaisedByQueue } from './alarm-state.ts';
import { Operator } from './operator.ts';
import { SystemUnderTest } from './system.ts';

/* What the runbook says is done here, by its own commands, with what goes wrong made to go wrong. */

const SCALED_600_TIMES = {
  'rollcall:deferAfterMs': 500,
  'rollcall:parkAfterMs': 144_000,
  'rollcall:userGraceMs': 100,
  'rollcall:breakerOpenMs': 50,
  'rollcall:cacheMs': 500,
  'rollcall:reconcileIntervalMs': 6_000,
  'rollcall:deferredIntervalMs': 100,
};
const SETTINGS = { ...LOCAL_STAGE, ...SCALED_600_TIMES };

const identity = operatorIdentity();
let system: SystemUnderTest;
let operator: Operator;
beforeAll(async () => {
  system = await SystemUnderTest.start(SCALED_600_TIMES);
  operator = new Operator(system, identity());
}, 180_000);
afterAll(async () => {
  operator?.leave();
  await system?.stop();
});

const people = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
const joins = (appId: string, userIds: readonly string[]) =>
  Promise.all(userIds.map((userId) => system.send({ appId, userId })));
const ends = async (changes: Awaited<ReturnType<typeof joins>>) =>
  new Set((await Promise.all(changes.map((change) => system.end(change)))).map(({ end }) => end));
const deadLetterQueue = async () => {
  const { Attributes = {} } = await system.clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: system.stack.deadLetterQueueUrl, AttributeNames: ['All'] }),
  );
  return Attributes;
};

const parkedAlarm = () => alarmNamed('-something-is-parked', SETTINGS);

test('a revoked key: changes are deferred, the alarm is raised, a new key, and all are applied with no redrive', async () => {
  const heading = 'A credential is refused';
  await system.addApp('bank', people('u', 10));
  expect(await ends(await joins('bank', ['u-0']))).toEqual(new Set(['applied']));

  const { credentials } = system.stack.vendor.world.app('bank');
  credentials.revokeKey('app_bank');
  const since = system.log.length;
  const held = await joins('bank', people('u', 10).slice(1));
  for (const { messageId } of held)
    await system.logged({ message: 'change', messageId, outcome: 'deferred' });
  const alarm = alarmNamed('-a-credential-is-refused', SETTINGS);
  await system.until('the alarm', () => isRaised(alarm, system.log.slice(since)) || undefined);
  expect(isRaised(alarm, system.log.slice(0, since))).toBe(false);
  expect(system.log.slice(since)).toContainEqual(
    expect.objectContaining({ message: 'credential_problem', appId: 'bank' }),
  );

  const key = { keyId: 'app_new', secret: 'fresh' };
  credentials.addKey(key);
  operator.write('key.json', JSON.stringify(key));
  await operator.run(heading, 'aws secretsmanager', { APP: 'bank' });
  expect(await ends(held)).toEqual(new Set(['applied']));
  expect(system.present('bank').toSorted()).toEqual(people('u', 10));
  expect(isRaisedByQueue(parkedAlarm(), await deadLetterQueue())).toBe(false);
  const mended = system.log.length;
  await system.until('a pass', () =>
    system.log.slice(mended).find(({ message, appId }) => message === 'pass' && appId === 'bank'),
  );
  expect(isRaised(alarm, system.log.slice(mended))).toBe(false);
  const member = { APP: 'bank', CONVERSATION: 'c1', MEMBER: 'u-9' };
  expect(await operator.run(heading, 'npx rollcall status', member)).toMatchObject({ code: 0, stderr: '' });
  expect(operator.notRun(heading)).toEqual([]);
});

test('users whom the vendor does not know: parked, created there, redriven by reason, and all are settled', async () => {
  const heading = 'Something is parked';
  await system.addApp('shop', ['known']);
  const changes = await joins('shop', ['known', ...people('late', 3)]);
  expect(await ends(changes)).toEqual(new Set(['applied', 'parked']));
  expect(isRaisedByQueue(parkedAlarm(), await deadLetterQueue())).toBe(true);
  const listed = await operator.run(heading, 'npx rollcall parked list');
  expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining('user_not_found') });

  for (const userId of people('late', 3)) system.stack.vendor.world.addUser('shop', { userId });
  const reason = { REASON: 'user_not_found' };
  const shown = await operator.run(heading, 'npx rollcall parked redrive --reason $REASON --dry-run', reason);
  expect(shown.stdout).toContain('3 changes');
  expect(
    await operator.run(heading, 'npx rollcall parked redrive --reason $REASON --yes', reason),
  ).toMatchObject({
    code: 0,
  });
  await system.until('everybody', () => system.present('shop').length === 4 || undefined);
  expect(system.present('shop').toSorted()).toEqual(['known', ...people('late', 3)]);
  const { stdout } = await operator.run(heading, 'npx rollcall parked list');
  expect(stdout).not.toContain('user_not_found');
  const again = await operator.run('user_not_found', 'npx rollcall parked redrive');
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('0 changes') });
  expect([...operator.notRun(heading), ...operator.notRun('user_not_found')]).toEqual([]);
});

test('a held plan: the alarm is raised, it is looked at, approved, and done', async () => {
  const heading = 'A plan is held';
  const [staying, going] = [people('staying', 4), people('going', 4)];
  await system.addApp('club', [...staying, ...going]);
  await ends(await joins('club', [...staying, ...going]));
  await ends(
    await Promise.all(going.map((userId) => system.send({ appId: 'club', userId, action: 'leave' }))),
  );
  expect(system.present('club').toSorted()).toEqual(staying);
  const since = system.log.length;
  for (const userId of going) system.stack.vendor.world.join('club', 'c1', { userId });
  const alarm = alarmNamed('-a-plan-is-held', SETTINGS);
  await system.until('the alarm', () => isRaised(alarm, system.log.slice(since)) || undefined);
  expect(system.present('club')).toHaveLength(8);

  const conversation = { APP: 'club', CONVERSATION: 'c1' };
  const { stdout } = await operator.run(heading, 'npx rollcall plan', conversation);
  for (const userId of going) expect(stdout).toContain(userId);
  for (const userId of staying) expect(stdout).not.toContain(userId);
  const [, PLAN = ''] = /--plan ([0-9a-f]{16})/.exec(stdout) ?? [];
  expect(await operator.run(heading, 'npx rollcall approve', { ...conversation, PLAN })).toMatchObject({
    code: 0,
    stderr: '',
  });
  const approved = system.log.length;
  await system.until('the removals', () => system.present('club').length === 4 || undefined);
  expect(system.present('club').toSorted()).toEqual(staying);
  await system.until('the end of the plan', () =>
    system.log.slice(approved).find(({ message, plans }) => message === 'plans_held' && plans === 0),
  );
  const ended = system.log.length;
  await system.until('what the planner measures then', () =>
    system.log.slice(ended).find((entry) => entry['PlansHeld'] !== undefined),
  );
  expect(isRaised(alarm, system.log.slice(ended))).toBe(false);
  const status = await operator.run(heading, 'npx rollcall status', conversation);
  expect(status).toMatchObject({ code: 0, stderr: '' });
  expect(status.stdout).not.toContain(PLAN);
  expect(operator.notRun(heading)).toEqual([]);
});
