import { describe, expect, it } from 'vitest';
import type { PlanReport } from '../../bin/plan-report.ts';
import { BEFORE_EVERY_CHANGE } from '../../functions/core/version.ts';
import { HOUR } from '../support/builders.ts';
import { OPERATOR_ARN } from '../support/operator-identity.ts';
import { KEY, operatorWorld } from './operator-world.ts';

const world = operatorWorld();

const plan = (...args: readonly string[]) => world.run('plan', 'shop', 'orders', ...args);
const planned = async () => JSON.parse((await plan('--json')).stdout) as PlanReport;

/** Everybody out of eight who take part: far over the limit. */
async function holdMany(): Promise<string[]> {
  const names = ['ann', 'bob', 'cyd', 'dee', 'eve', 'fay', 'gus', 'hal'];
  world.seat(...names);
  for (const name of names) await world.wish(name, { action: 'leave' });
  return names;
}

describe('rollcall plan', () => {
  it('has nothing to do where who is present is as wished', async () => {
    world.seat('ann');
    await world.wish('ann');
    const { code, stdout, stderr } = await plan();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      'shop orders: 1 present, policy managed\n\nNothing to do: who is present is as wished.\n',
    );
  });

  it('shows each member that is not, with what a pass would do and why', async () => {
    world.seat('bob', 'cyd', 'eve', 'gus', 'hal', 'ida', 'jon');
    await world.declare({ protectedMembers: ['cyd'] });
    await world.wish('ann');
    await world.wish('bob', { action: 'leave' });
    await world.wish('cyd', { action: 'leave' });
    await world.wish('dee', { state: 'parked', reason: 'user_not_found' });
    await world.wish('fay', { state: 'deferred', reason: 'credential_refused' });
    const { code, stdout, stderr } = await plan();
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'shop orders: 7 present, policy managed',
      '  + ann  join   removed behind our back',
      '  - bob  leave  added behind our back',
      '  ~ cyd  leave  added behind our back · protected',
      '  ! dee  join   parked: user_not_found · needs an operator',
      '  + fay  join   an outage held it up: credential_refused',
      '',
      'Plan: 2 to join, 1 to leave, 2 only reported.',
      '',
    ]);
  });

  it('finds what the next pass then sends, and neither writes nor changes anything', async () => {
    world.seat('bob', 'cyd', 'dee', 'eve', 'fay');
    await world.declare({ policy: 'exact' });
    await world.wish('ann');
    for (const name of ['cyd', 'dee', 'eve', 'fay']) await world.wish(name);
    const rows = await world.rows();
    const { differences } = await planned();
    expect(differences.map(({ memberId, cause }) => [memberId, cause])).toEqual([
      ['ann', 'behind_our_back'],
      ['bob', 'unknown_participant'],
    ]);
    expect(await world.rows()).toEqual(rows);
    expect((await world.roster.conversation(KEY))?.lastPass).toBeUndefined();
    expect(world.vendor.stats().requests).toMatchObject({ join: 0, leave: 0 });
    expect(await world.pass()).toEqual(['missing ann', 'unexpected bob']);
  });

  it('says what withholds a correction', async () => {
    world.seat('bob');
    await world.wish('ann');
    await world.wish('bob', { action: 'leave' });
    await world.roster.patchConversation(KEY, { policy: 'additive' });
    expect((await planned()).differences).toMatchObject([
      { memberId: 'ann' },
      { memberId: 'bob', notDone: 'policy' },
    ]);
    await world.declare({ reconcile: false });
    const off = await plan();
    expect(off.stdout).toContain('switched off\n');
    expect(off.stdout).toContain('~ ann  join   removed behind our back · switched off\n');
  });

  it('shows held removals with their hash and the command that releases them', async () => {
    const names = await holdMany();
    const before = await planned();
    expect(before.differences.every(({ notDone }) => notDone === 'held')).toBe(true);
    expect(before.held).toMatchObject({ removals: names.length, isRecorded: false });
    expect((await plan()).stdout).toMatch(
      /To release exactly these, once the next pass, due .*Z, has recorded them:/,
    );
    expect(await world.pass()).toEqual([]);
    const { held } = await planned();
    expect(held).toEqual({ ...before.held, isRecorded: true });
    expect((await plan()).stdout).toContain(
      `8 removals held. To release exactly these:\n  rollcall approve shop orders --plan ${held?.hash}\n`,
    );
  });

  it('escapes what a terminal might obey', async () => {
    await world.wish('\u001b[2Jann \u202e');
    expect((await plan()).stdout).toContain('  + "\\u001b[2Jann \\u202e"  join ');
  });

  it('knows nothing of drift without a complete listing, and says why', async () => {
    await world.wish('ann');
    await world.wish('bob', { state: 'deferred' });
    world.vendor.setFaults({ seed: 1, blockSize: 1, perBlock: { fail: 1 }, operations: ['list'] });
    const { code, stdout, stderr } = await plan();
    expect(code).toBe(1);
    expect(stdout).toContain('  + bob  join   an outage held it up\n');
    expect(stdout).not.toContain('ann');
    expect(stderr).toMatch(/^rollcall: the listing failed: .*nothing is known of drift\n$/);
  });

  it('names what is wrong with the credential, and never the credential', async () => {
    await world.wish('ann');
    world.vendor.world.app('shop').credentials.revokeKey('app_1');
    const { code, stderr } = await plan();
    expect(code).toBe(1);
    expect(stderr).toContain('the credential of the app shop cannot be used: the vendor refuses it');
    expect(stderr).not.toContain('s3cret');
    const missing = await plan('--secret-prefix', 'elsewhere');
    expect(missing.stderr).toContain('cannot be used: the secret does not exist');
  });

  it.each([
    [['plan', 'bank', 'orders'], /^rollcall: the app bank is not declared; rollcall app set bank --id-kind/],
    [['plan', 'shop'], /missing required argument 'conversation'/],
    [['plan', 'shop', '../x'], /'conversation'.*letters, digits/],
  ])('%j is an error, not a difference', async (args, message) => {
    const { code, stdout, stderr } = await world.run(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

describe('rollcall approve', () => {
  const approve = (...args: readonly string[]) => world.run('approve', 'shop', 'orders', ...args);

  it('releases exactly the removals that are held, at once and for an hour', async () => {
    const names = await holdMany();
    await world.pass();
    const hash = (await planned()).held?.hash ?? '';
    const beforeMs = Date.now();
    const { code, stdout, stderr } = await approve('--plan', hash);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ {2}- ann\n(.*\n){7}8 removals approved until .*Z\n$/);
    const row = await world.roster.conversation(KEY);
    expect(row?.held?.approvedUntilMs).toBeGreaterThanOrEqual(beforeMs + HOUR);
    expect(row?.dueAtMs).toBeLessThanOrEqual(Date.now());
    expect((await planned()).differences.some(({ notDone }) => notDone)).toBe(false);
    expect(await world.pass()).toEqual(names.map((name) => `unexpected ${name}`));
  });

  it('shows on a dry run what it would release, and approves nothing', async () => {
    await holdMany();
    await world.pass();
    const hash = (await planned()).held?.hash ?? '';
    const { code, stdout } = await approve('--plan', hash, '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/8 removals; nothing was approved \(dry run\)\n$/);
    expect((await world.roster.conversation(KEY))?.held?.approvedUntilMs).toBeUndefined();
    expect(JSON.parse((await approve('--plan', hash, '--dry-run', '--json')).stdout)).toMatchObject({
      hash,
      removals: ['ann', 'bob', 'cyd', 'dee', 'eve', 'fay', 'gus', 'hal'],
    });
  });

  it('fails where another plan is held by now, and names it', async () => {
    await holdMany();
    await world.pass();
    const old = (await planned()).held?.hash ?? '';
    await world.wish('ida', { action: 'leave', version: BEFORE_EVERY_CHANGE });
    world.seat('ida');
    await world.pass();
    const { code, stdout, stderr } = await approve('--plan', old);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      `the plan ${old} was not approved: the plan that is held is ${(await planned()).held?.hash}`,
    );
    expect((await world.roster.conversation(KEY))?.held?.approvedUntilMs).toBeUndefined();
  });

  it('leaves a record of who approved which plan, and none of a dry run', async () => {
    await holdMany();
    await world.pass();
    const hash = (await planned()).held?.hash ?? '';
    await approve('--plan', hash, '--dry-run');
    await approve('--plan', hash);
    expect(JSON.parse((await world.run('audit', '--json')).stdout)).toMatchObject([
      {
        action: 'approve',
        target: { ...KEY, plan: hash },
        who: OPERATOR_ARN,
        ended: { outcome: 'done', note: '8 removals' },
      },
    ]);
  });

  it('fails where nothing is held', async () => {
    const { code, stderr } = await approve('--plan', '0123456789abcdef');
    expect(code).toBe(1);
    expect(stderr).toContain('no removals are held; rollcall plan shop orders shows what would be done');
  });

  it('needs the hash', async () => {
    expect(await approve()).toMatchObject({ code: 2, stderr: expect.stringContaining('--plan') });
  });

  it('notes that a switched-off app removes nobody', async () => {
    await holdMany();
    await world.pass();
    const hash = (await planned()).held?.hash ?? '';
    await world.declare({ reconcile: false });
    expect((await approve('--plan', hash)).stderr).toContain('note: the app is switched off');
  });
});
