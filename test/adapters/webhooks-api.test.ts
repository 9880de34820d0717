import { describe, expect, it, onTestFinished } from 'vitest';
import { WebhooksApi } from '../../functions/adapters/webhooks-api.ts';
import { webhookFields } from '../../functions/core/webhook-registration.ts';
import { answer, type Script, scriptedServer } from '../support/scripted-server.ts';

const FIELDS = webhookFields('https://hooks.example.com/sunshine/shop', ['user:remove']);
const WEBHOOK = { ...FIELDS, id: 'w1', version: 'v2', secret: 'of the webhook' };

async function apiAgainst(script: Script, basePath = '') {
  const server = await scriptedServer(script);
  const auth = { keyId: 'int_1', secret: 'the-secret' };
  const api = new WebhooksApi({ host: server.host + basePath, auth }, { appId: 'shop', integrationId: 'me' });
  onTestFinished(() => api.close());
  return { api, ...server };
}

const path = '/v2/apps/shop/integrations/me/webhooks';

describe('the client of the webhooks API', () => {
  it('asks as the vendor documents it', async () => {
    const { api, requests } = await apiAgainst((response, { method, url }) => {
      if (method === 'DELETE') answer(response, 200, {});
      else if (method === 'GET' && url.endsWith('/webhooks')) answer(response, 200, { webhooks: [WEBHOOK] });
      else answer(response, method === 'POST' ? 201 : 200, { webhook: WEBHOOK });
    }, '/sc');
    expect(await api.list()).toEqual({ kind: 'done', value: [WEBHOOK] });
    for (const outcome of [await api.create(FIELDS), await api.get('w1'), await api.update('w1', FIELDS)])
      expect(outcome).toEqual({ kind: 'done', value: WEBHOOK });
    expect(await api.delete('w1')).toEqual({ kind: 'done', value: undefined });
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET /sc${path}`,
      `POST /sc${path}`,
      `GET /sc${path}/w1`,
      `PATCH /sc${path}/w1`,
      `DELETE /sc${path}/w1`,
    ]);
    expect(requests[1]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('int_1:the-secret').toString('base64')}`,
      'content-type': 'application/json',
    });
    expect(JSON.parse(requests[1]?.body ?? '')).toEqual(FIELDS);
  });

  it('returns a refusal with its code and title, and without the secret', async () => {
    const errors = [{ code: 'bad_request', title: 'no webhook for the-secret' }];
    const { api } = await apiAgainst((response) => answer(response, 400, { errors }));
    expect(await api.create(FIELDS)).toEqual({
      kind: 'failed',
      operation: 'create',
      status: 400,
      code: 'bad_request',
      title: 'no webhook for […]',
      mayHaveBeenApplied: false,
    });
  });

  it.each<[string, Script, boolean, object]>([
    ['no answer', (response) => response.destroy(), true, {}],
    ['a gateway’s answer', (response) => answer(response, 502, {}), true, { status: 502 }],
    [
      'a success that is none',
      (response) => answer(response, 200, { webhook: { id: 1 } }),
      true,
      { status: 200 },
    ],
    ['another’s 404', (response) => answer(response, 404, {}), false, { status: 404 }],
  ])('says after %s whether it may have been done', async (_, script, mayHaveBeenApplied, rest) => {
    const { api } = await apiAgainst(script);
    expect(await api.create(FIELDS)).toMatchObject({ kind: 'failed', mayHaveBeenApplied, ...rest });
    expect(await api.list()).toMatchObject({ kind: 'failed', mayHaveBeenApplied: false });
  });

  it('never sends a creation twice, as it sends all else where a connection was closed while it was idle', async () => {
    const { api, requests } = await apiAgainst((response, { socket }, count) => {
      if (count % 2 === 1) answer(response, 200, { webhooks: [] });
      else socket.resetAndDestroy();
    });
    await api.list();
    expect(await api.create(FIELDS)).toMatchObject({ kind: 'failed', mayHaveBeenApplied: true });
    expect(requests).toHaveLength(2);
    await api.list();
    await api.list();
    expect(requests).toHaveLength(5);
  });

  it('lets no id lead elsewhere', async () => {
    const { api, requests } = await apiAgainst((response) => answer(response, 200, {}));
    await expect(api.delete('..')).rejects.toThrow(TypeError);
    await api.delete('a/b');
    expect(requests.map(({ url }) => url)).toEqual([`${path}/a%2Fb`]);
  });
});
