import { isDeepStrictEqual } from 'node:util';
import { standardWebhooks } from '../../../functions/adapters/standard-webhooks.ts';
import { isInvalid } from '../../../functions/core/change.ts';
import { CHANGES_MAX, readIncoming } from '../../../functions/core/incoming-changes.ts';
import { readProducers } from '../../../functions/core/producers.ts';
import { readReconcileMessage, vendorEventBody } from '../../../functions/core/reconcile-message.ts';
import { FUTURE_LIMIT_MS } from '../../../functions/core/timings.ts';
import { readWebhook } from '../../../functions/core/webhook.ts';
import { isOneOf, readWebhookKey } from '../../../functions/core/webhook-key.ts';
import { changeBody, iso, NOW } from '../../support/builders.ts';
import { holds, MARK, parsed, type Target, tellsNothing } from '../target.ts';

const user = { id: 'ann', externalId: MARK };
const event = (type: string, payload: object) => ({ id: `e-${type}`, type, createdAt: iso(NOW), payload });
const webhookOf = (...events: readonly object[]) =>
  JSON.stringify({ app: { id: 'shop' }, webhook: { id: 'w', version: 'v2' }, events });

/** A webhook's body, after its secret was found right: anybody with the secret may have written it. */
export const webhook: Target = {
  name: 'webhook',
  corpus: [
    webhookOf(event('conversation:join', { conversation: { id: 'orders' }, user })),
    webhookOf(
      event('conversation:leave', { conversation: { id: 'orders' }, user: { ...user, externalId: 7 } }),
    ),
    webhookOf(
      event('conversation:remove', { conversation: { id: 'orders' } }),
      event('user:remove', { user }),
    ),
    webhookOf(event('user:merge', { mergedUsers: { surviving: user, discarded: { id: 'bob' } } })),
  ],
  probe: (body) => {
    const read = readWebhook(body, 'shop', NOW);
    if (read.kind !== 'read') return;
    for (const each of read.events) {
      const again = readReconcileMessage(JSON.parse(vendorEventBody(each)));
      holds(isDeepStrictEqual(again, each), 'an event that is sent reads as another');
      holds(each.appId === 'shop', 'an event of another app');
      holds(each.occurredAtMs <= NOW + FUTURE_LIMIT_MS, 'an event from the future, which would win for ever');
    }
  },
};

/** A message of the reconcile queue. */
export const reconcileMessage: Target = {
  name: 'reconcile-message',
  corpus: [
    { kind: 'compare', appId: 'shop', conversationId: 'orders' },
    { kind: 'user_removed', appId: 'shop', user, occurredAtMs: NOW, eventId: MARK },
  ].map((each) => JSON.stringify({ version: 1, ...each })),
  probe: (body) => {
    const json = parsed(body);
    const read = json && readReconcileMessage(json.value);
    if (read && isInvalid(read)) tellsNothing(`${read.field} ${read.problem}`);
  },
};

/** The body of a producer's request. */
export const incoming: Target = {
  name: 'incoming',
  corpus: [changeBody({ userId: MARK }), [changeBody(), changeBody({ appId: 'other', userId: MARK })]].map(
    (each) => JSON.stringify(each),
  ),
  probe: (body) => {
    const read = readIncoming(body, new Set(['shop']), NOW);
    if (read.kind === 'refused') return;
    holds(read.items.length <= CHANGES_MAX, 'more changes than a request may hold');
    for (const item of read.items) {
      if (item.kind === 'change')
        holds(item.outgoing.change.member.appId === 'shop', 'a change for another app');
      else tellsNothing('error' in item.answer ? item.answer.error : '');
    }
  },
};

const SIGNED = JSON.stringify({ id: 'm-1', timestamp: String(NOW / 1_000), signatures: 'v1,bm9uZQ==' });

/** What producers sign with: nothing of it is repeated, and none of it takes a signature that nobody made. */
export const producers: Target = {
  name: 'producers',
  corpus: [
    JSON.stringify([{ name: 'hr', secret: `whsec_${btoa(MARK.repeat(5))}`, appIds: ['shop'] }]),
    JSON.stringify([{ name: MARK, secret: MARK, appIds: [MARK] }]),
  ],
  probe: (text) => {
    const read = readProducers(text);
    for (const problem of read.problems) tellsNothing(problem);
    const signature = JSON.parse(SIGNED);
    for (const { secret } of read.producers ?? [])
      holds(!standardWebhooks.isSignedWith(secret, signature, 'body'), 'a forged signature is taken');
  },
};

const SECRET = `whsec_${btoa('a secret of 24 bytes, or more')}`;

/** The headers of a request that says it is signed. */
export const signature: Target = {
  name: 'signature',
  corpus: [
    { 'webhook-id': 'm-1', 'webhook-timestamp': String(NOW / 1_000), 'webhook-signature': 'v1,bm9uZQ== v1,' },
    {
      'webhook-id': 'm-1',
      'webhook-timestamp': String(NOW / 1_000),
      'webhook-signature': 'v1a,x v1,AAAA v2,',
    },
  ].map((each) => JSON.stringify(each)),
  probe: (text) => {
    const fields = parsed(text)?.value;
    if (typeof fields !== 'object' || fields === null) return;
    const entries = Object.entries(fields).filter(([, value]) => typeof value === 'string');
    const read = standardWebhooks.read(Object.fromEntries(entries), NOW);
    if (typeof read === 'object')
      holds(!standardWebhooks.isSignedWith(SECRET, read, 'body'), 'a forged signature is taken');
  },
};

/** An app's webhook secret: it is read or it is not, and no other text is taken for it. */
export const webhookKey: Target = {
  name: 'webhook-key',
  corpus: [JSON.stringify({ key: MARK })],
  probe: (text) => {
    const key = readWebhookKey(text);
    if (key === undefined) return;
    holds(key !== '' && isOneOf(['another', key], key), 'a key is not taken for itself');
    holds(!isOneOf([key], `${key} `) && !isOneOf([], key), 'another text is taken for the key');
  },
};
