import { describe, expect, it } from 'vitest';
import { BEFORE_EVERY_CHANGE } from '../../functions/core/version.ts';
import { HOUR, iso, NOW, version } from '../support/builders.ts';
import { KEY, operatorWorld } from './operator-world.ts';

const world = operatorWorld();
const status = (...args: readonly string[]) => world.run('status', 'shop', 'orders', ...args);
const reported = async (...args: readonly string[]) =>
  JSON.parse((await status('--json', ...args)).stdout) as unknown;

describe('rollcall status', () => {
  it('shows of each member what is wished, what was applied and whether it takes part', async () => {
    world.seat('ann', 'eve');
    await world.wish('ann', { changeId: 'crm-17' });
    await world.wish('bob', {
      action: 'leave',
      state: 'parked',
      reason: 'rejected',
      version: version(-2 * HOUR),
    });
    const { code, stdout, stderr } = await status();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const confirmedAt = iso(NOW - HOUR);
    expect(stdout.split('\n').slice(-5)).toEqual([
      'MEMBER  WISHED  STATE             CONFIRMED                 PRESENT  LAST CHANGE',
      `ann     in      applied           ${confirmedAt}  yes      crm-17 of ${confirmedAt}`,
      `bob     out     parked: rejected  ${confirmedAt}  no       change-1 of ${iso(NOW - 2 * HOUR)}`,
      'eve     none                                                yes',
      '',
    ]);
  });

  it('shows the last pass, what is held and when the next pass is due', async () => {
    const names = ['ann', 'bob', 'cyd', 'dee'];
    world.seat(...names);
    for (const name of names) await world.wish(name, { action: 'leave' });
    expect((await status()).stdout).toMatch(/^last pass: +none$/m);
    await world.pass();
    const row = await world.roster.conversation(KEY);
    const { stdout } = await status();
    expect(stdout).toMatch(
      /^last pass: .*Z: listing complete, 4 present, 0 missing, 4 unexpected, 0 corrections sent, 4 removals held$/m,
    );
    expect(stdout).toContain(`plan ${row?.held?.hash}`);
    expect(stdout).toContain(`next pass due: ${iso(row?.dueAtMs ?? 0)}`);
  });

  it('shows one member', async () => {
    world.seat('ann');
    await world.wish('ann', { version: BEFORE_EVERY_CHANGE, changeId: 'adopted' });
    await world.wish('bob');
    expect(await reported('ann')).toMatchObject({
      ...KEY,
      policy: 'managed',
      reconcile: true,
      listing: 'complete',
      members: [{ memberId: 'ann', wished: 'in', state: 'applied', present: true, changeId: 'adopted' }],
    });
    expect(await reported('nobody')).toMatchObject({
      members: [{ memberId: 'nobody', wished: 'none', present: false }],
    });
  });

  it('says that nothing is wished of one who is managed no more', async () => {
    await world.wish('ann', { state: 'unmanaged' });
    expect(await reported()).toMatchObject({ members: [{ wished: 'none', state: 'unmanaged' }] });
  });

  it('asks the vendor nothing with --no-listing', async () => {
    await world.wish('ann');
    const { code, stdout } = await status('--no-listing');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ann .* \? /m);
    expect(world.vendor.stats().requests.list).toBe(0);
  });

  it('shows the rest where the listing fails, and says so', async () => {
    await world.wish('ann');
    world.vendor.setFaults({ seed: 1, blockSize: 1, perBlock: { fail: 1 }, operations: ['list'] });
    const { code, stdout, stderr } = await status();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ann +in +applied .* \? /m);
    expect(stderr).toMatch(/^rollcall: who takes part is not known: the listing failed/);
  });

  it('knows no conversation that neither roster nor vendor knows', async () => {
    const { code, stdout, stderr } = await world.run('status', 'shop', 'nowhere');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('rollcall: the roster knows no conversation nowhere of shop\n');
  });
});

describe('rollcall conversation set', () => {
  const set = (...args: readonly string[]) => world.run('conversation', 'set', 'shop', 'orders', ...args);

  it('gives a conversation a policy of its own, and takes it away again', async () => {
    await world.declare({ policy: 'exact' });
    await world.wish('ann');
    expect(await set('--policy', 'report')).toEqual({
      code: 0,
      stdout: 'shop orders: policy report\n',
      stderr: '',
    });
    expect(await reported()).toMatchObject({ policy: 'report' });
    expect((await set('--policy', 'inherit')).stdout).toBe('shop orders: policy inherited\n');
    expect(await reported()).toMatchObject({ policy: 'exact' });
  });

  it('leaves everything else of the conversation as it is', async () => {
    await world.wish('ann');
    await world.pass();
    const before = await world.roster.conversation(KEY);
    expect(JSON.parse((await set('--policy', 'exact', '--json')).stdout)).toEqual({
      ...KEY,
      policy: 'exact',
    });
    expect(await world.roster.conversation(KEY)).toEqual({ ...before, policy: 'exact' });
  });

  it('notes where the roster did not know the conversation', async () => {
    const { code, stderr } = await set('--policy', 'report');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^rollcall: note: the roster knew no conversation orders of shop/);
  });

  it.each([[[]], [['--policy', 'all']]])('takes %j for wrong usage', async (args) => {
    expect(await set(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining('--policy') });
  });
});
