import { Webhook } from 'standardwebhooks';
import { changeOf, nonsense, tooMuch, webhookOf } from './bodies.ts';
import { malformedBytes } from './malformed.ts';
import type { Attacked } from './people.ts';
import type { Random } from './random.ts';
import { bytesOf, type WireRequest } from './wire.ts';

export interface HostileRequest {
  readonly kind: string;
  readonly bytes: Buffer;
  /** Whether it is a whole request that ends with its answer. */
  readonly isComplete: boolean;
  /** The statuses that are right; undefined among them: the connection may be closed without an answer. */
  readonly right: readonly (number | undefined)[];
}

type Maker = (random: Random, at: Attacked) => { request: Partial<WireRequest>; right: readonly number[] };

/** A refusal may give way to "come again": so many wrong attempts are not looked into. */
const wrong = (...statuses: number[]) => [...statuses, 429];
const json = ['content-type', 'application/json'] as const;

/** What a type of body is taken for is the sender's choice, and must not matter. */
function typeOf(random: Random): readonly [string, string][] {
  const types = [
    'application/json',
    'application/json; charset=utf-16',
    'text/plain',
    'application/octet-stream',
    'multipart/form-data; boundary=x',
    'image/png',
  ];
  return random.below(7) === 0 ? [] : [['content-type', random.pick(types)]];
}

function keysFor(random: Random, { key }: Attacked): readonly (readonly [string, string])[] {
  const word = `keyword-${random.word()}`;
  return random.pick<readonly (readonly [string, string])[]>([
    [],
    [['x-api-key', '']],
    [['x-api-key', word]],
    [['x-api-key', key.slice(0, -1)]],
    [['x-api-key', `${key}x`]],
    [['x-api-key', key.toUpperCase()]],
    [['x-api-key', `Bearer ${key}`]],
    [
      ['x-api-key', key],
      ['X-Api-Key', word],
    ],
    [['x-api-key', 'k'.repeat(random.below(9_000))]],
    [['x-api-key', Buffer.from(`${word}ü\u{1f389}`).toString('latin1')]],
    [['authorization', `Basic ${Buffer.from(`${word}:${key}`).toString('base64')}`]],
    [['x_api_key', key]],
    [['cookie', `x-api-key=${key}`]],
  ]);
}

function pathsFor(random: Random, { appId }: Attacked): string {
  const word = `personword-${random.word()}`;
  return random.pick([
    `/sunshine/${word}`,
    `/sunshine/${word}@example.org`,
    `/sunshine/%2e%2e%2f${appId}`,
    `/sunshine/..%2F${appId}`,
    `/sunshine/../sunshine/${appId}`,
    `/sunshine/${appId}%00`,
    `/sunshine/${appId}%0d%0ax-api-key:%20x`,
    `/sunshine/${appId}/`,
    `//sunshine/${appId}`,
    `/sunshine//${appId}`,
    `/sunshine/${appId};x=${word}`,
    `/sunshine/%${word}`,
    `/sunshine/%ff%fe`,
    `/SUNSHINE/${appId}`,
    `/sunshine/${'a'.repeat(random.below(8_000))}`,
    `/sunshine/{appId}`,
    `/sunshine/__proto__`,
    `/sunshine/constructor`,
    `/sunshine/${encodeURIComponent('$' + '{jndi:ldap://personword}')}`,
    `/sunshine`,
    `/`,
    `*`,
    `/changes/${word}`,
    `/.env`,
    `/admin?user=${word}`,
  ]);
}

/** The headers that sign a body, and what goes wrong with them. */
function signed(random: Random, body: Buffer, secret: string, atMs = Date.now()): [string, string][] {
  const id = `msg-${random.word()}`;
  const signature = new Webhook(secret).sign(id, new Date(atMs), body.toString());
  return [
    ['webhook-id', id],
    ['webhook-timestamp', String(Math.floor(atMs / 1_000))],
    ['webhook-signature', signature],
  ];
}

const madeUpSecret = (random: Random) =>
  `whsec_${Buffer.from(`${random.word()}${'x'.repeat(32)}`).toString('base64')}`;

const webhookTo = (at: Attacked) => ({ path: `/sunshine/${at.appId}` });
const withKey = (at: Attacked) => ['x-api-key', at.key] as const;

const MAKERS: Readonly<Record<string, Maker>> = {
  'right webhook': (random, at) => {
    const body = JSON.stringify(webhookOf(random, at.appId));
    return { request: { ...webhookTo(at), headers: [withKey(at), json], body }, right: [200] };
  },
  'wrong key': (random, at) => {
    const body = JSON.stringify(webhookOf(random, at.appId));
    return {
      request: { ...webhookTo(at), headers: [json, ...keysFor(random, at)], body },
      right: wrong(401),
    };
  },
  'strange path': (random, at) => ({
    request: {
      path: pathsFor(random, at),
      headers: [withKey(at), ...typeOf(random)],
      body: nonsense(random),
    },
    right: wrong(404, 400),
  }),
  'strange method': (random, at) => {
    const method = random.pick(['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND']);
    const path = random.pick(['/changes', `/sunshine/${at.appId}`]);
    return { request: { method, path, headers: [withKey(at)] }, right: [404] };
  },
  nonsense: (random, at) => ({
    request: { ...webhookTo(at), headers: [withKey(at), ...typeOf(random)], body: nonsense(random) },
    right: [400],
  }),
  'too much': (random, at) => ({
    request: { ...webhookTo(at), headers: [withKey(at), ...typeOf(random)], body: tooMuch(random) },
    right: [413],
  }),
  "another app's webhook": (random, at) => {
    const body = JSON.stringify(webhookOf(random, random.pick(['bodyword', 'personword', ''])));
    return { request: { ...webhookTo(at), headers: [withKey(at), json], body }, right: [400] };
  },
  'strange events': (random, at) => {
    const events = Array.from({ length: random.below(20) }, () =>
      random.pick<unknown>([
        null,
        7,
        'bodyword',
        [],
        {},
        { type: 'conversation:join', payload: nonsense(random).toString('latin1') },
      ]),
    );
    const body = JSON.stringify(webhookOf(random, at.appId, { events }));
    return { request: { ...webhookTo(at), headers: [withKey(at), json], body }, right: [200, 413] };
  },
  'right changes': (random, at) => {
    const body = Buffer.from(JSON.stringify([changeOf(random, at.appId), changeOf(random, at.appId)]));
    const headers = [json, ...signed(random, body, at.producerSecret)];
    return { request: { path: '/changes', headers, body }, right: [202] };
  },
  'strange changes': (random, at) => {
    const field = random.pick(['id', 'action', 'appId', 'userId', 'occurredAt', 'conversationId']);
    // Ids of apps, conversations and changes may stand in logs, and so may whatever is sent in their places.
    const word = field === 'userId' ? 'personword' : 'value';
    const value = random.pick<unknown>([null, 7, '', [], {}, `${word}${random.text(300)}`, `${word}\u0000`]);
    const one = changeOf(random, at.appId, { [field]: value, source: `bodyword-${random.word()}` });
    const good = changeOf(random, at.appId);
    const others = changeOf(random, 'personword');
    const body = Buffer.from(
      JSON.stringify(random.pick<unknown>([one, [one, good], [others, good], [[good]]])),
    );
    const headers = [...typeOf(random), ...signed(random, body, at.producerSecret)];
    // A made-up id or person may be well formed.
    return { request: { path: '/changes', headers, body }, right: [202, 403, 422] };
  },
  'signed nonsense': (random, at) => {
    const body = Buffer.from(nonsense(random).toString());
    const headers = [...typeOf(random), ...signed(random, body, at.producerSecret)];
    return { request: { path: '/changes', headers, body }, right: [400, 422, 413] };
  },
  'wrong signature': (random, at) => {
    const body = Buffer.from(JSON.stringify(changeOf(random, at.appId)));
    const minutes = random.pick([-6, 6, -60 * 24 * 365]);
    const right = signed(random, body, at.producerSecret);
    const headers = random.pick<[string, string][]>([
      signed(random, body, madeUpSecret(random)),
      signed(random, body, at.producerSecret, Date.now() + minutes * 60_000),
      signed(random, Buffer.from(`${body.toString()} `), at.producerSecret),
      right.slice(random.below(2) + 1),
      right.map(([name, value]) => [name, name === 'webhook-id' ? `${value}x` : value]),
      right.map(([name, value]) => [name, name === 'webhook-signature' ? value.replace('v1', 'v2') : value]),
      right.map(([name, value]) => [name, name === 'webhook-timestamp' ? `${value}e9` : value]),
      [],
    ]);
    return { request: { path: '/changes', headers: [json, ...headers], body }, right: wrong(401) };
  },
};

/** Our own fault, put there on purpose. */
const BROKEN: Maker = (random, at) => {
  const body = JSON.stringify(webhookOf(random, at.brokenAppId));
  const headers = [['x-api-key', `keyword-${random.word()}`] as const];
  return { request: { path: `/sunshine/${at.brokenAppId}`, headers, body }, right: wrong(503) };
};

/** What comes at the front door next. */
export function nextRequest(random: Random, at: Attacked): HostileRequest {
  if (random.below(10) === 0) {
    const path = random.pick(['/changes', `/sunshine/${at.appId}`]);
    const right = [undefined, 100, 400, 401, 404, 405, 408, 413, 417, 431, 429, 505];
    return { kind: 'malformed HTTP', bytes: malformedBytes(random, path), isComplete: false, right };
  }
  const isBroken = random.below(100) === 0;
  const kind = isBroken
    ? 'broken'
    : random.pick(Object.keys(MAKERS).filter((each) => each !== 'too much' || random.below(8) === 0));
  const { request, right } = (isBroken ? BROKEN : (MAKERS[kind] ?? BROKEN))(random, at);
  const bytes = bytesOf({ method: 'POST', path: '/', headers: [], body: '', ...request });
  return { kind, bytes, isComplete: true, right };
}
