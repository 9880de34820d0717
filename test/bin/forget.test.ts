import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { clientConfig } from '../../local/embedded/endpoints.ts';
import { HOUR, memberKey, memberRow, NOW, version, wish } from '../support/builders.ts';
import { KEY, operatorWorld } from './operator-world.ts';

const world = operatorWorld();
const forget = (...args: readonly string[]) => world.run('forget', 'shop', 'ann', ...args);
const forgotten = async (...args: readonly string[]) =>
  JSON.parse((await forget('--json', ...args)).stdout) as object;

/** Ann in two conversations, bob in one of them, and a parked change of each. */
async function people(): Promise<void> {
  await world.wish('ann');
  await world.wish('bob');
  await world.roster.adoptMember(
    memberRow({ key: memberKey({ ...KEY, conversationId: 'returns', memberId: 'ann' }) }),
  );
  for (const [messageId, memberId] of [
    ['m-1', 'ann'],
    ['m-2', 'bob'],
  ] as const)
    await world.roster.putParkedItem({
      message: { ...wish().message, messageId, body: `{"userId":"${memberId}"}` },
      reason: 'rejected',
      detail: '',
      parkedAtMs: NOW,
      key: memberKey({ ...KEY, memberId }),
    });
}

/** Everything that the table holds, as text. */
async function tableText(): Promise<string> {
  const client = new DynamoDBClient(clientConfig(world.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '', 'eu-west-1'));
  const { Items } = await client.send(new ScanCommand({ TableName: world.table }));
  return JSON.stringify(Items);
}

describe('rollcall forget', () => {
  it('erases a person everywhere, and nobody else', async () => {
    await people();
    const held = { hash: '0123456789abcdef', heldAtMs: NOW, removals: [{ memberId: 'ann' }] };
    await world.roster.patchConversation(KEY, { held });
    const old = { appId: 'shop', kind: 'user', id: 'ann-old' } as const;
    await world.roster.claimMerge(old, { survivor: 'ann', eventId: 'e-1' });
    await world.roster.claimMerge({ ...old, id: 'ann' }, { survivor: 'zoe', eventId: 'e-2' });
    await world.roster.claimMerge({ ...old, id: 'joe' }, { survivor: 'bob', eventId: 'e-3' });
    const { code, stdout, stderr } = await forget('--yes');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('2 rows, 0 deferred changes, 1 parked change, 1 held plan, 2 merges erased\n');
    const left = await tableText();
    expect(left).not.toContain('ann');
    expect(left.match(/bob/g)?.length).toBeGreaterThan(3);
    expect(await forgotten('--yes')).toEqual({
      rows: 0,
      deferred: 0,
      parked: 0,
      heldPlans: 0,
      merges: 0,
      inFlight: 0,
      dryRun: false,
    });
  });

  it('shows on a dry run what it would erase, and erases nothing', async () => {
    await people();
    const before = await tableText();
    expect(await forgotten('--dry-run')).toMatchObject({ rows: 2, parked: 1, dryRun: true });
    expect(await tableText()).toBe(before);
    expect((await forget()).code).toBe(1);
    expect(await tableText()).toBe(before);
  });

  it('leaves what is in flight until it has ended: its message would only make it anew', async () => {
    await world.roster.createConversation(KEY, NOW + HOUR);
    const key = memberKey({ ...KEY, memberId: 'ann' });
    await world.roster.putWish(key, wish(), NOW);
    const { code, stderr } = await forget('--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('1 row left: their change is still on its way');
    await world.roster.patchMember(key, version(), { state: 'applied', message: null });
    expect(await forgotten('--yes')).toMatchObject({ rows: 1, inFlight: 0 });
  });

  it('says how many changes that waited for an outage are given up with it', async () => {
    await people();
    const key = memberKey({ ...KEY, memberId: 'ann' });
    const { message } = wish();
    await world.roster.patchMember(key, version(-HOUR), { state: 'deferred', message });
    expect(await forgotten('--dry-run')).toMatchObject({ rows: 2, deferred: 1 });
    const { stdout } = await forget('--yes');
    expect(stdout).toBe('2 rows, 1 deferred change, 1 parked change, 0 held plans, 0 merges erased\n');
  });

  it('says that the person is protected still, and leaves a record without the person', async () => {
    await world.declare({ protectedMembers: ['ann'] });
    await world.wish('ann');
    expect((await forget('--yes')).stderr).toContain('rollcall app set shop --unprotect ends that');
    const { stdout } = await world.run('audit', '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ action: 'forget', target: { appId: 'shop', persons: 1 } }]);
    expect(stdout).not.toContain('ann');
  });
});
