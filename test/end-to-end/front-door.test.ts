import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SystemUnderTest } from './system.ts';

const run = promisify(execFile);
const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

let system: SystemUnderTest;

beforeAll(async () => {
  system = await SystemUnderTest.start({ 'rollcall:answerWithinMs': 5_000, 'rollcall:cacheMs': 1_000 });
  await system.addApp('shop', ['ann', 'bob', 'cid', 'dan']);
});
afterAll(() => system.stop());

describe("the vendor's webhook", () => {
  const post = async (key: string, events: readonly object[] = []) => {
    const body = JSON.stringify({ app: { id: 'shop' }, webhook: { id: 'w', version: 'v2' }, events });
    const headers = { 'content-type': 'application/json', 'x-api-key': key };
    const response = await fetch(`${system.stack.webhookUrl}/sunshine/shop`, {
      method: 'POST',
      headers,
      body,
    });
    return response.status;
  };
  const putKey = (key: string) =>
    system.putSecretNamed(`${system.stack.webhookSecretPrefix}/shop`, JSON.stringify({ key }));

  test('may have the current and the previous key while its secret is rotated, and no third', async () => {
    expect(await post('first')).toBe(404);
    await putKey('first');
    expect(await post('first')).toBe(200);
    await putKey('second');
    expect(await post('second')).toBe(200);
    expect(await post('first')).toBe(200);
    await putKey('third');
    expect([await post('third'), await post('second'), await post('first')]).toEqual([200, 200, 401]);
  });

  test('reaches the worker, which compares a conversation that the roster does not agree with', async () => {
    const payload = { conversation: { id: 'c1', type: 'sdkGroup' }, user: { id: 'stranger' } };
    const event = { id: 'e-1', createdAt: new Date().toISOString(), type: 'conversation:join', payload };
    expect(await post('third', [event])).toBe(200);
    expect(await system.logged({ message: 'webhook', queued: 1 })).toMatchObject({ appId: 'shop' });
    await system.logged({ message: 'vendor_event', eventId: 'e-1' });
  });
});

describe('signed changes', () => {
  const putProducers = (...secrets: readonly string[]) =>
    system.putSecretNamed(
      system.stack.producersSecret,
      JSON.stringify(secrets.map((secret) => ({ name: 'crm', secret, appIds: ['shop'] }))),
    );
  const join = (userId: string) => ({
    id: `join-${userId}`,
    action: 'join',
    appId: 'shop',
    conversationId: 'c1',
    userId,
    occurredAt: new Date().toISOString(),
  });
  const post = async (secret: string, body: string, id = 'msg-1') => {
    const now = new Date();
    const response = await fetch(`${system.stack.webhookUrl}/changes`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': new Webhook(secret).sign(id, now, body),
      },
      body,
    });
    return response.status;
  };
  const isPresent = (userId: string) =>
    system.until(userId, () => system.present('shop').includes(userId) || undefined);

  test('are taken with the old and the new secret while it is rotated, and with neither before or after', async () => {
    const [old, fresh] = [newSecret(), newSecret()];
    const body = JSON.stringify(join('ann'));
    expect(await post(old, body)).toBe(401);
    await putProducers(old);
    expect(await post(old, body)).toBe(202);
    await isPresent('ann');
    await putProducers(old, fresh);
    expect(await post(fresh, JSON.stringify(join('bob')))).toBe(202);
    expect(await post(old, JSON.stringify(join('cid')))).toBe(202);
    await Promise.all(['bob', 'cid'].map(isPresent));
    await putProducers(fresh);
    await sleep(1_500);
    expect(await post(old, body)).toBe(401);
    expect(await post(fresh, body)).toBe(202);
  });

  test('that are sent again do nothing twice', async () => {
    const secret = newSecret();
    await putProducers(secret);
    const body = JSON.stringify([join('dan'), join('ann')]);
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await post(secret, body, 'msg-again')).toBe(202);
    await system.logged({ message: 'change', changeId: 'join-dan', outcome: 'applied' });
    const joins = system.log.filter(
      (line) => line['message'] === 'vendor_call' && line['changeId'] === 'join-dan',
    );
    expect(joins).toHaveLength(1);
  });

  test.each([
    ['node', process.execPath, ['--input-type=module', '--eval']],
    ['shell', 'bash', ['-euc']],
  ])('are sent by the example of the documentation (%s)', async (name, program, options) => {
    const secret = newSecret();
    await putProducers(secret);
    const document = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
    const [, code = ''] =
      new RegExp(`<!-- example: ${name} -->\\s+\`\`\`\\w+\n([^]*?)\`\`\``).exec(document) ?? [];
    const env = {
      ...process.env,
      WEBHOOK_URL: system.stack.webhookUrl,
      PRODUCER_SECRET: secret,
      CHANGES: JSON.stringify([{ ...join('bob'), id: `ex ample ü ${name}` }]),
    };
    const { stdout } = await run(program, [...options, code], { env });
    expect(stdout).toContain('202');
    expect(stdout).toContain(`"id":"ex ample ü ${name}"`);
  });
});
