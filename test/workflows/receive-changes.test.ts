import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { standardWebhooks } from '../../functions/adapters/standard-webhooks.ts';
import type { DoorRequest } from '../../functions/core/door.ts';
import type { RollcallEvent } from '../../functions/core/events.ts';
import type { OutgoingChange } from '../../functions/core/outgoing-change.ts';
import { ReceiveChanges } from '../../functions/workflows/receive-changes.ts';
import { changeBody, MINUTE, NOW } from '../support/builders.ts';

const never = new AbortController().signal;
const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const [CRM, ERP] = [secretOf(1), secretOf(2)];

let producers: string | undefined;
let queued: string[][];
let told: RollcallEvent[];
let take: (change: OutgoingChange) => boolean;
let changes: ReceiveChanges;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
  producers = JSON.stringify([
    { name: 'crm', secret: CRM, appIds: ['shop'] },
    { name: 'erp', secret: ERP, appIds: ['bank'] },
  ]);
  queued = [];
  told = [];
  take = () => true;
  changes = new ReceiveChanges(
    {
      producers: { read: async () => producers },
      signatures: standardWebhooks,
      sender: {
        sendChanges: async (some) => {
          queued.push(some.map(({ change }) => change.id));
          return some.map((each) => ({ sent: take(each) }));
        },
      },
      telemetry: { emit: (event) => told.push(event) },
      clock: { nowMs: () => NOW, sleep: async () => {}, random: () => 0 },
    },
    5 * MINUTE,
  );
  return () => vi.useRealTimers();
});

function signed(value: unknown, secret = CRM, signedAtMs = NOW): DoorRequest {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  const headers = {
    'webhook-id': 'msg-1',
    'webhook-timestamp': String(signedAtMs / 1_000),
    'webhook-signature': new Webhook(secret).sign('msg-1', new Date(signedAtMs), body),
  };
  return { route: 'POST /changes', appId: undefined, headers, body, bodyBytes: body.length };
}

const send = (request: DoorRequest) => changes.receive(request, never);

describe('signed changes', () => {
  it('are on the queue when they are answered with 202, each under its id', async () => {
    const two = [changeBody(), changeBody({ id: 'change-2', userId: 'bob' })];
    expect(await send(signed(two))).toEqual({
      status: 202,
      body: {
        results: [
          { status: 202, id: 'change-1' },
          { status: 202, id: 'change-2' },
        ],
      },
    });
    expect(queued).toEqual([['change-1', 'change-2']]);
    expect(told).toMatchObject([{ name: 'changes_received', producers: ['crm'], queued: 2 }]);
  });

  it('are each answered by themselves: the good ones are queued', async () => {
    const mixed = [changeBody({ appId: 'bank' }), changeBody(), changeBody({ action: 'jump' })];
    const answer = await send(signed(mixed));
    expect(answer).toMatchObject({
      status: 403,
      body: { results: [{ status: 403 }, { status: 202 }, { status: 422 }] },
    });
    expect(queued).toEqual([['change-1']]);
    expect(told).toMatchObject([{ queued: 1, forbidden: 1, invalid: 1, unavailable: 0 }]);
  });

  it('are to be sent again where the queue did not take them all', async () => {
    const two = [changeBody(), changeBody({ id: 'change-2', userId: 'bob' })];
    take = ({ change }) => change.id !== 'change-2';
    expect(await send(signed(two))).toMatchObject({
      status: 503,
      body: { results: [{ status: 202 }, { status: 503 }] },
    });
    take = () => {
      throw new Error('unreachable');
    };
    expect(await send(signed(two))).toMatchObject({ body: { results: [{ status: 503 }, { status: 503 }] } });
  });

  it('of one member go one after the other, in their order', async () => {
    const many = Array.from({ length: 25 }, (_, index) => changeBody({ id: `change-${index}` }));
    await send(signed(many));
    expect(queued.map((ids) => ids.length)).toEqual([10, 10, 5]);
    expect(queued.flat()).toEqual(many.map(({ id }) => id));
  });
});

describe('a request is turned away', () => {
  it('with a signature of nobody’s, or over another body', async () => {
    expect(await send(signed(changeBody(), secretOf(3)))).toMatchObject({ status: 401 });
    const other = { ...signed(changeBody()), body: JSON.stringify(changeBody({ userId: 'eve' })) };
    expect(await send(other)).toMatchObject({ status: 401 });
    expect(told).toMatchObject([{ reason: 'wrong_signature' }, { reason: 'wrong_signature' }]);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('without %s', async (name) => {
    const request = signed(changeBody());
    const answer = await send({ ...request, headers: { ...request.headers, [name]: undefined } });
    expect(answer).toMatchObject({ status: 401 });
    expect(told).toMatchObject([{ reason: 'no_signature' }]);
  });

  it.each([-6, 6])('signed %i minutes from now', async (minutes) => {
    expect(await send(signed(changeBody(), CRM, NOW + minutes * MINUTE))).toMatchObject({ status: 401 });
    expect(told).toMatchObject([{ reason: 'stale_signature' }]);
  });

  it.each([undefined, '[]'])('while there are no producers (%j)', async (text) => {
    producers = text;
    expect(await send(signed(changeBody()))).toMatchObject({ status: 401 });
  });

  it('not for good while their secret is no list, which is our own trouble', async () => {
    producers = '{';
    expect(await send(signed(changeBody()))).toMatchObject({ status: 503 });
    expect(told.map(({ name }) => name)).toEqual(['producers_problem', 'fault', 'request_refused']);
  });

  it('not for good while an entry of their secret is spoilt, which may be its own: the others are served', async () => {
    const spoilt = { name: 'erp', secret: 'whsec_', appIds: ['bank'] };
    producers = JSON.stringify([{ name: 'crm', secret: CRM, appIds: ['shop'] }, spoilt]);
    expect(await send(signed(changeBody({ appId: 'bank' }), ERP))).toMatchObject({ status: 503 });
    expect(told).toMatchObject([{ name: 'producers_problem' }, { reason: 'secrets' }]);
    expect(await send(signed(changeBody()))).toMatchObject({ status: 202 });
  });

  it.each([
    ['{', 400],
    ['[]', 400],
    [JSON.stringify(Array(101).fill(changeBody())), 413],
  ])('with %.20j', async (body, status) => {
    expect(await send(signed(body))).toMatchObject({ status });
    expect(queued).toEqual([]);
  });
});

describe('while secrets are rotated', () => {
  it('both are right, a new one at once', async () => {
    await send(signed(changeBody()));
    const both = [
      { name: 'crm', secret: CRM, appIds: ['shop'] },
      { name: 'crm', secret: secretOf(9), appIds: ['shop'] },
    ];
    producers = JSON.stringify(both);
    expect(await send(signed(changeBody(), secretOf(9)))).toMatchObject({ status: 202 });
    expect(await send(signed(changeBody()))).toMatchObject({ status: 202 });
  });

  it('a list that was spoilt takes nobody’s right away', async () => {
    await send(signed(changeBody()));
    producers = '[';
    expect(await send(signed(changeBody(), secretOf(3)))).toMatchObject({ status: 503 });
    expect(await send(signed(changeBody()))).toMatchObject({ status: 202 });
  });

  it('a request with both signatures is right with either', async () => {
    const [old, fresh] = [signed(changeBody()), signed(changeBody(), secretOf(9))];
    const both = `${fresh.headers['webhook-signature']} ${old.headers['webhook-signature']}`;
    const request = { ...old, headers: { ...old.headers, 'webhook-signature': both } };
    expect(await send(request)).toMatchObject({ status: 202 });
  });
});
