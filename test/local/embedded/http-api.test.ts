import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Invocable, InvocationOutcome } from '../../../local/embedded/events.ts';
import { HttpApiServer } from '../../../local/embedded/http-api.ts';

const OK: InvocationOutcome = {
  kind: 'returned',
  value: { statusCode: 202, headers: { 'x-a': 'b' }, body: 'taken' },
};

/** An API with one route, whose function remembers its events. */
async function api(outcome: InvocationOutcome = OK, { delayMs = 0, burst = 1_000 } = {}) {
  const events: Record<string, unknown>[] = [];
  const target: Invocable = {
    invoke: async (event) => {
      events.push(event as Record<string, unknown>);
      await sleep(delayMs);
      return outcome;
    },
  };
  const server = await HttpApiServer.start(() => {});
  onTestFinished(() => server.stop());
  server.open([{ routeKey: 'POST /sunshine/{appId}', target, timeoutMs: 200 }], { rate: 0.001, burst });
  const post = (path: string, init: RequestInit = {}) =>
    fetch(`${server.endpoint}${path}`, { method: 'POST', ...init });
  return { events, post };
}

describe('the HTTP API', () => {
  it('hands a request over as API Gateway does, and answers with what the function says', async () => {
    const { events, post } = await api();
    const headers = { 'content-type': 'application/json', 'X-API-Key': 'k' };
    const response = await post('/sunshine/a%2Fb?q=1', { headers, body: '{"ü":1}' });
    expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([
      202,
      'b',
      'taken',
    ]);
    expect(events).toMatchObject([
      {
        version: '2.0',
        routeKey: 'POST /sunshine/{appId}',
        rawPath: '/sunshine/a%2Fb',
        rawQueryString: 'q=1',
        pathParameters: { appId: 'a/b' },
        headers: { 'x-api-key': 'k' },
        body: '{"ü":1}',
        isBase64Encoded: false,
      },
    ]);
  });

  it('hands over in base64 what is no text', async () => {
    const { events, post } = await api();
    const body = new Uint8Array([0, 255]);
    await post('/sunshine/shop', { headers: { 'content-type': 'application/octet-stream' }, body });
    expect(events).toMatchObject([{ body: 'AP8=', isBase64Encoded: true }]);
  });

  it.each(['/', '/sunshine', '/sunshine/', '/sunshine/a/b', '/Sunshine/a', '/sunshine/%E0%A4%A'])(
    'knows nothing at %s',
    async (path) => {
      const { events, post } = await api();
      expect((await post(path)).status).toBe(404);
      expect((await post('/sunshine/shop', { method: 'PUT' })).status).toBe(404);
      expect(events).toEqual([]);
    },
  );

  it.each<[string, InvocationOutcome]>([
    ['throws', { kind: 'threw', errorType: 'Error', errorMessage: 'no' }],
    ['runs out of time', { kind: 'timedOut', timeoutMs: 1 }],
    ['says nothing that can be sent', { kind: 'returned', value: 'hello' }],
  ])('answers 500 where the function %s', async (_, outcome) => {
    const { post } = await api(outcome);
    expect((await post('/sunshine/shop')).status).toBe(500);
  });

  it('turns away what is too large', async () => {
    const { events, post } = await api();
    const body = 'x'.repeat(10 * 1024 * 1024 + 1);
    expect((await post('/sunshine/shop', { body })).status).toBe(413);
    expect(events).toEqual([]);
  });

  it('turns away what no function can be called with, and hands over what one can', async () => {
    const { events, post } = await api();
    const ofType = { headers: { 'content-type': 'application/octet-stream' } };
    expect((await post('/sunshine/shop', { ...ofType, body: 'x'.repeat(5 << 20) })).status).toBe(413);
    expect((await post('/sunshine/shop', { body: 'x'.repeat(5 << 20) })).status).toBe(202);
    expect(events).toHaveLength(1);
  });

  it('joins headers that come several times, and lets nobody count beyond its limit', async () => {
    const { events, post } = await api(OK, { burst: 1 });
    const headers = new Headers([
      ['X-API-Key', 'a'],
      ['x-api-key', 'b'],
      ['Cookie', 'c=1; d=2'],
    ]);
    expect((await post('/sunshine/shop', { headers })).status).toBe(202);
    expect(events).toMatchObject([{ headers: { 'x-api-key': 'a, b' }, cookies: ['c=1', 'd=2'] }]);
    expect((await post('/sunshine/shop')).status).toBe(429);
  });

  it('waits for the function so long and no longer', async () => {
    const { post } = await api(OK, { delayMs: 400 });
    expect((await post('/sunshine/shop')).status).toBe(503);
  });
});
