import { describe, expect, it } from 'vitest';
import { BEFORE_EVERY_CHANGE } from '../../functions/core/version.ts';
import { KEY, operatorWorld } from './operator-world.ts';

const world = operatorWorld();
const adopt = (...args: readonly string[]) => world.run('adopt', 'shop', 'orders', ...args);

describe('rollcall adopt', () => {
  it('takes everybody present under management, so that whoever is removed behind our back is missed', async () => {
    world.seat('ann', 'bob');
    const { code, stdout, stderr } = await adopt();
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '2 of 2 participants adopted, 0 known already\n',
      stderr: '',
    });
    expect(await world.rows()).toMatchObject([
      { key: { ...KEY, idKind: 'userId', memberId: 'ann' }, version: BEFORE_EVERY_CHANGE, state: 'applied' },
      { key: { memberId: 'bob' } },
    ]);
    expect(await world.pass()).toEqual([]);
    world.unseat('ann');
    expect(await world.pass()).toEqual(['missing ann']);
  });

  it('leaves whom the roster knows as it is, however often it is run', async () => {
    world.seat('ann', 'bob');
    await world.wish('ann', { action: 'leave' });
    expect((await adopt()).stdout).toBe('1 of 2 participants adopted, 1 known already\n');
    const rows = await world.rows();
    expect((await adopt()).stdout).toBe('0 of 2 participants adopted, 2 known already\n');
    expect(await world.rows()).toEqual(rows);
  });

  it('counts on a dry run what a real one would write, and writes nothing', async () => {
    world.seat('ann', 'bob');
    const { code, stdout } = await adopt('--dry-run');
    expect(code).toBe(0);
    expect(stdout).toBe('2 of 2 participants adopted, 0 known already; nothing was written (dry run)\n');
    expect(JSON.parse((await adopt('--dry-run', '--json')).stdout)).toEqual({
      ...KEY,
      participants: 2,
      adopted: 2,
      known: 0,
      unnamed: 0,
      dryRun: true,
    });
    expect(await world.rows()).toEqual([]);
    expect(await world.roster.conversation(KEY)).toBeUndefined();
  });

  it('adopts nobody where not all participants could be listed', async () => {
    world.seat('ann');
    world.vendor.setFaults({ seed: 1, blockSize: 1, perBlock: { fail: 1 }, operations: ['list'] });
    const { code, stdout, stderr } = await adopt();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^rollcall: nothing was adopted: the listing failed: /);
    expect(await world.rows()).toEqual([]);
  });

  it('says that the vendor does not know the conversation', async () => {
    const { code, stderr } = await world.run('adopt', 'shop', 'nowhere');
    expect(code).toBe(1);
    expect(stderr).toBe('rollcall: nothing was adopted: the vendor does not know the conversation\n');
  });
});
