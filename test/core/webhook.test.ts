import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReconcileMessage, vendorEventBody } from '../../functions/core/reconcile-message.ts';
import { readWebhook } from '../../functions/core/webhook.ts';
import { DAY, iso, MINUTE, NOW, SECOND } from '../support/builders.ts';
import { codePoint } from '../support/code-point.ts';
import { conversation, joinEvent, vendorUser, webhookBody, webhookEvent } from '../support/webhook-bodies.ts';

const read = (body: unknown, appId = 'shop') => readWebhook(JSON.stringify(body), appId, NOW);
const origin = { eventId: 'e-1', occurredAtMs: NOW - SECOND };
const membership = { conversation: conversation('orders'), user: vendorUser('ann') };
const ann = { id: 'ann', externalId: 'external-ann' };

describe('an event becomes what the worker is to do', () => {
  it.each([
    ['conversation:join', membership, { kind: 'hint', action: 'join', conversationId: 'orders', user: ann }],
    [
      'conversation:leave',
      membership,
      { kind: 'hint', action: 'leave', conversationId: 'orders', user: ann },
    ],
    [
      'conversation:remove',
      { conversation: conversation('orders') },
      { kind: 'conversation_removed', conversationId: 'orders' },
    ],
    ['user:remove', { user: vendorUser('ann') }, { kind: 'user_removed', user: ann }],
    [
      'user:merge',
      { mergedUsers: { surviving: vendorUser('ann'), discarded: vendorUser('bob') }, reason: 'api' },
      { kind: 'users_merged', surviving: ann, discarded: { id: 'bob', externalId: 'external-bob' } },
    ],
    [
      'user:merge',
      {
        mergedUsers: { surviving: vendorUser('ann'), discarded: vendorUser('bob') },
        mergedConversations: { surviving: conversation('c-1'), discarded: conversation('c-2') },
        reason: 'channelLinking',
      },
      {
        kind: 'users_merged',
        surviving: ann,
        discarded: { id: 'bob', externalId: 'external-bob' },
        mergedConversations: { surviving: 'c-1', discarded: 'c-2' },
      },
    ],
  ])('%s', (type, payload, message) => {
    const event = webhookEvent(type, payload, { id: 'e-1' });
    expect(read(webhookBody([event]))).toMatchObject({
      kind: 'read',
      events: [{ appId: 'shop', ...message, ...origin }],
    });
  });

  it.each([
    [null, { id: 'ann' }],
    [undefined, { id: 'ann' }],
    [912, { id: 'ann', externalId: '912' }],
  ])('with the external id %j', (externalId, user) => {
    const payload = { user: vendorUser('ann', { externalId }) };
    const webhook = read(webhookBody([webhookEvent('user:remove', payload)]));
    expect(webhook.kind === 'read' && webhook.events).toMatchObject([{ kind: 'user_removed' }]);
    expect(webhook.kind === 'read' && webhook.events).toHaveProperty('0.user', user);
  });

  it.each([
    ['2026-03-01T14:00:00+02:00', NOW],
    [iso(NOW + 5 * MINUTE), NOW + 5 * MINUTE],
  ])('that happened at %s, in whatever zone and however little ahead of us', (createdAt, occurredAtMs) => {
    expect(read(webhookBody([joinEvent('ann', { createdAt })]))).toMatchObject({
      events: [{ occurredAtMs }],
    });
  });
});

describe('what is acknowledged and counted', () => {
  it('are types that mean nothing for who takes part, known ones and others', () => {
    const types = ['conversation:message', 'user:update', 'conversation:create', 'tomorrow', '__proto__'];
    const events = [...types.map((type) => webhookEvent(type, {})), joinEvent()];
    expect(read(webhookBody(events))).toMatchObject({
      events: [{ kind: 'hint' }],
      counts: { other: 5, join: 1 },
    });
  });

  it('are events that do not say what they must, beside others that do', () => {
    const malformed = [
      null,
      'join',
      {},
      { type: 7 },
      joinEvent('ann', { id: undefined }),
      joinEvent('ann', { id: '' }),
      joinEvent('ann', { createdAt: 'yesterday' }),
      joinEvent('ann', { createdAt: iso(NOW + 6 * MINUTE) }),
      joinEvent('ann', { payload: null }),
      joinEvent(''),
      joinEvent('x'.repeat(256)),
      webhookEvent('conversation:leave', { conversation: { id: '../users' }, user: vendorUser('ann') }),
      webhookEvent('conversation:remove', {}),
      webhookEvent('user:remove', { user: {} }),
      webhookEvent('user:merge', { mergedUsers: { surviving: vendorUser('ann') } }),
    ];
    expect(read(webhookBody([...malformed, joinEvent()]))).toMatchObject({
      events: [{ kind: 'hint' }],
      counts: { malformed: malformed.length, join: 1 },
    });
  });

  it('are versions that are not known, of which nothing is read', () => {
    const body = webhookBody([], { webhook: { id: 'w', version: 'v3' }, events: { new: 'shape' } });
    expect(read(body)).toEqual({ kind: 'other_version' });
  });

  it('are events that come twice in one webhook', () => {
    const event = joinEvent();
    const twice = read(webhookBody([event, event]));
    expect(twice).toMatchObject({ counts: { join: 2 } });
    expect(twice.kind === 'read' && twice.events).toHaveLength(1);
  });
});

describe('what is refused as a whole', () => {
  it.each([
    ['no JSON', '{"app":'],
    ['a text', '"webhook"'],
    ['an array', '[]'],
    ['no events', JSON.stringify({ app: { id: 'shop' }, webhook: { version: 'v2' } })],
    ['events that are no list', JSON.stringify(webhookBody([], { events: {} }))],
    ['no version', JSON.stringify(webhookBody([], { webhook: {} }))],
    ['no app', JSON.stringify(webhookBody([], { app: undefined }))],
  ])('%s', (_, body) => {
    expect(readWebhook(body, 'shop', NOW)).toEqual({ kind: 'refused', why: 'unreadable' });
  });

  it("another app's, whatever its version", () => {
    const other = { kind: 'refused', why: 'other_app' };
    expect(read(webhookBody([joinEvent()]), 'bank')).toEqual(other);
    expect(read(webhookBody([], { webhook: { version: 'v9' } }), 'bank')).toEqual(other);
  });

  it('more events than can be queued in time', () => {
    const most = Array.from({ length: 500 }, () => joinEvent());
    expect(read(webhookBody(most)).kind).toBe('read');
    expect(read(webhookBody([...most, joinEvent()]))).toEqual({ kind: 'refused', why: 'too_large' });
  });
});

describe('whatever comes', () => {
  const anyEvent = fc.oneof(
    fc.jsonValue(),
    fc.record({
      id: fc.string({ unit: codePoint }),
      type: fc.constantFrom('conversation:join', 'conversation:leave', 'user:remove', 'user:merge', 'x'),
      createdAt: fc.oneof(
        fc.integer({ min: -DAY, max: DAY }).map((ms) => iso(NOW + ms)),
        fc.string(),
      ),
      payload: fc.record(
        {
          conversation: fc.record({ id: fc.oneof(fc.stringMatching(/^[\w-]{1,9}$/), fc.string()) }),
          user: fc.record({ id: fc.string({ unit: codePoint }), externalId: fc.jsonValue() }),
        },
        { requiredKeys: [] },
      ),
    }),
  );

  it('nothing is queued that the worker does not read as it is, and every event is counted', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (values) => {
        const webhook = read(webhookBody(values));
        if (webhook.kind !== 'read') throw new Error('a webhook was refused');
        const { counts, events } = webhook;
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(values.length);
        for (const event of events) {
          expect(readReconcileMessage(JSON.parse(vendorEventBody(event)))).toEqual(event);
          expect(event.occurredAtMs).toBeLessThanOrEqual(NOW + 5 * MINUTE);
        }
      }),
    );
  });

  it('it is read or refused, and never thrown at', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(['read', 'refused', 'other_version']).toContain(readWebhook(body, 'shop', NOW).kind);
      }),
    );
  });
});
