import { beforeEach, expect, it, vi } from 'vitest';
import { defaultProvider } from '../../functions/adapters/environment-credentials.ts';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  return () => vi.unstubAllEnvs();
});

it("are those of the function's role, as Lambda gives them", async () => {
  const expected = { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' };
  expect(await defaultProvider()()).toEqual(expected);
});

it('need no session', async () => {
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  expect(await defaultProvider()()).toEqual({ accessKeyId: 'key', secretAccessKey: 'secret' });
});

it.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])('are none without %s', async (name) => {
  vi.stubEnv(name, undefined);
  await expect(defaultProvider()()).rejects.toThrow('no credentials in the environment');
});
