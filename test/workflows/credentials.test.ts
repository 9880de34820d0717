import { describe, expect, test } from 'vitest';
import type { Credential, CredentialRead } from '../../functions/core/credential.ts';
import { Credentials } from '../../functions/workflows/credentials.ts';
import { appRow, MINUTE } from '../support/builders.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const KEEP_MS = 5 * MINUTE;

/** Credentials over secrets that the test sets, by app. */
function credentials(secrets: Record<string, string | undefined>) {
  const clock = new VirtualClock();
  const reads: string[] = [];
  const read = async (appId: string) => {
    reads.push(appId);
    return secrets[appId];
  };
  return {
    credentials: new Credentials({ read }, KEEP_MS, ['http://127.0.0.1:1'], clock),
    clock,
    reads,
    secrets,
  };
}

function token(text: string): string {
  return JSON.stringify({ token: text });
}

function usable(read: CredentialRead): Credential {
  if ('problem' in read) throw new Error(read.problem);
  return read;
}

describe('an app’s credential', () => {
  test('comes from the app’s own secret, and its host from the app row', async () => {
    const { credentials: all, reads } = credentials({ shop: token('a'), bank: token('b') });
    const host = 'https://acme.zendesk.com/sc';
    expect(await all.get(appRow({ appId: 'bank', host }), false)).toEqual({ host, auth: { token: 'b' } });
    expect(reads).toEqual(['bank']);
  });

  test('may be for a host that the deployment names', async () => {
    const { credentials: all } = credentials({ shop: token('a') });
    const host = 'http://127.0.0.1:1';
    expect(await all.get(appRow({ host }), false)).toMatchObject({ host });
  });

  test('is read once in a while', async () => {
    const { credentials: all, clock, reads } = credentials({ shop: token('a') });
    await all.get(appRow(), false);
    clock.pass(KEEP_MS - 1);
    await all.get(appRow(), false);
    expect(reads).toHaveLength(1);
    clock.pass(1);
    await all.get(appRow(), false);
    expect(reads).toHaveLength(2);
  });

  test('is read again at once where it must be fresh', async () => {
    const { credentials: all, secrets, reads } = credentials({ shop: token('a') });
    await all.get(appRow(), false);
    secrets['shop'] = token('b');
    expect(await all.get(appRow(), false)).toMatchObject({ auth: { token: 'a' } });
    expect(await all.get(appRow(), true)).toMatchObject({ auth: { token: 'b' } });
    expect(reads).toHaveLength(2);
  });

  test('stays the same object while secret and host stay the same', async () => {
    const { credentials: all, secrets } = credentials({ shop: token('a') });
    const first = await all.get(appRow(), false);
    expect(await all.get(appRow(), true)).toBe(first);
    expect(await all.get(appRow({ policy: 'report' }), true)).toBe(first);
    expect(await all.get(appRow({ host: 'https://acme.zendesk.com/sc' }), false)).not.toBe(first);
    secrets['shop'] = token('b');
    expect(await all.get(appRow(), true)).not.toBe(first);
  });

  test('that does not exist, or is none, says so', async () => {
    const { credentials: all } = credentials({ bank: 'S3CRET' });
    expect(await all.get(appRow(), false)).toEqual({ problem: 'the secret does not exist' });
    expect(await all.get(appRow({ appId: 'bank' }), false)).toEqual({ problem: 'the secret is not JSON' });
  });

  test('that appears later is found', async () => {
    const { credentials: all, secrets } = credentials({});
    await all.get(appRow(), false);
    secrets['shop'] = token('a');
    expect(await all.get(appRow(), true)).toMatchObject({ auth: { token: 'a' } });
  });
});

describe('a credential that the vendor refused', () => {
  test('has not changed where the secret still holds it', async () => {
    const { credentials: all, reads } = credentials({ shop: token('a') });
    const refused = usable(await all.get(appRow(), false));
    expect(await all.hasChangedFrom(appRow(), refused)).toBe(false);
    expect(reads).toHaveLength(2);
  });

  test('has changed where the secret was rotated, or taken away', async () => {
    for (const rotated of [token('b'), undefined]) {
      const { credentials: all, secrets } = credentials({ shop: token('a') });
      const refused = usable(await all.get(appRow(), false));
      secrets['shop'] = rotated;
      expect(await all.hasChangedFrom(appRow(), refused)).toBe(true);
    }
  });

  test('costs all calls that were refused together one read', async () => {
    const { credentials: all, secrets, reads } = credentials({ shop: token('a') });
    const refused = usable(await all.get(appRow(), false));
    secrets['shop'] = token('b');
    const calls = Array.from({ length: 10 }, () => all.hasChangedFrom(appRow(), refused));
    expect(await Promise.all(calls)).toEqual(calls.map(() => true));
    expect(reads).toHaveLength(2);
  });

  test('costs a call that comes after the rotation was seen none', async () => {
    const { credentials: all, secrets, reads } = credentials({ shop: token('a') });
    const refused = usable(await all.get(appRow(), false));
    secrets['shop'] = token('b');
    await all.get(appRow(), true);
    expect(await all.hasChangedFrom(appRow(), refused)).toBe(true);
    expect(reads).toHaveLength(2);
  });
});
