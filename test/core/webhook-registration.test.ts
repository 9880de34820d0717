import { describe, expect, it } from 'vitest';
import {
  DORMANT_TRIGGERS,
  nextStep,
  type RegistrationState,
  WEBHOOK_TRIGGERS,
  type Webhook,
  webhookFields,
  webhookTarget,
} from '../../functions/core/webhook-registration.ts';

const target = 'https://hooks.example.com/sunshine/shop';
const webhook = (id: string, overrides: Partial<Webhook> = {}): Webhook => ({
  id,
  target,
  triggers: WEBHOOK_TRIGGERS,
  secret: `secret of ${id}`,
  ...overrides,
});
const next = (overrides: Partial<RegistrationState> = {}) =>
  nextStep({ webhooks: [], keys: {}, target, isRotating: false, ...overrides });
const keysOf = (current: string, previous?: string) => ({
  current: `secret of ${current}`,
  ...(previous && { previous: `secret of ${previous}` }),
});

const dormant = webhook('new', { triggers: DORMANT_TRIGGERS });

describe('the next step of a registration', () => {
  it.each<[string, Partial<RegistrationState>, object]>([
    ['creates a webhook where there is none', {}, { kind: 'create' }],
    [
      'leaves those of others alone',
      { webhooks: [webhook('theirs', { target: 'https://example.com' })] },
      { kind: 'create' },
    ],
    [
      'stores the secret before anything that counts is sent',
      { webhooks: [dormant], createdId: 'new' },
      { kind: 'store', webhook: { id: 'new' }, key: 'secret of new' },
    ],
    [
      'subscribes once the secret is stored',
      { webhooks: [dormant], keys: keysOf('new') },
      { kind: 'update', webhook: { id: 'new' } },
    ],
    ['ends', { webhooks: [webhook('a')], keys: keysOf('a') }, { kind: 'done', webhook: { id: 'a' } }],
    [
      'does not mind in which order triggers are shown',
      { webhooks: [webhook('a', { triggers: WEBHOOK_TRIGGERS.toReversed() })], keys: keysOf('a') },
      { kind: 'done' },
    ],
    [
      'stores the secret of a webhook that was left without',
      { webhooks: [webhook('a')] },
      { kind: 'store', webhook: { id: 'a' } },
    ],
    [
      'moves a webhook that holds our secret to where the deployment is now',
      { webhooks: [webhook('a', { target: 'https://old.example.com' })], keys: keysOf('a') },
      { kind: 'update', webhook: { id: 'a' } },
    ],
    [
      'asks for no more of anybody than the ids',
      { webhooks: [webhook('a', { includeFullUser: true })], keys: keysOf('a') },
      { kind: 'update' },
    ],
    [
      'keeps the one whose secret is current, and deletes another that is refused anyway',
      { webhooks: [webhook('b'), webhook('a')], keys: keysOf('a') },
      { kind: 'delete', webhook: { id: 'b' }, isHeard: false },
    ],
    [
      'lets one whose secret is the previous one finish first',
      { webhooks: [webhook('a'), webhook('b')], keys: keysOf('b', 'a') },
      { kind: 'delete', webhook: { id: 'a' }, isHeard: true },
    ],
    [
      'goes back to the previous secret where the vendor has no webhook of the current one',
      { webhooks: [webhook('a')], keys: keysOf('gone', 'a') },
      { kind: 'store', webhook: { id: 'a' } },
    ],
    [
      'makes another webhook to rotate',
      { webhooks: [webhook('a')], keys: keysOf('a'), isRotating: true },
      { kind: 'create' },
    ],
    [
      'finishes an interrupted rotation before the next',
      { webhooks: [webhook('a'), webhook('b')], keys: keysOf('b', 'a'), isRotating: true },
      { kind: 'delete', webhook: { id: 'a' } },
    ],
    [
      'rotates to the one it has created',
      { webhooks: [webhook('a'), dormant], keys: keysOf('a'), isRotating: true, createdId: 'new' },
      { kind: 'store', webhook: { id: 'new' } },
    ],
    [
      'subscribes the new one before it lets the old one go',
      { webhooks: [webhook('a'), dormant], keys: keysOf('new', 'a'), isRotating: true, createdId: 'new' },
      { kind: 'update', webhook: { id: 'new' } },
    ],
    [
      'ends a rotation with the one it has created',
      { webhooks: [webhook('new')], keys: keysOf('new', 'a'), isRotating: true, createdId: 'new' },
      { kind: 'done', webhook: { id: 'new' } },
    ],
    [
      'takes no webhook whose secret is not shown for one of ours',
      { webhooks: [{ id: 'theirs', target: 'https://example.com', triggers: WEBHOOK_TRIGGERS }] },
      { kind: 'create' },
    ],
    [
      'gives up where the vendor does not show the secret',
      { webhooks: [{ id: 'a', target, triggers: WEBHOOK_TRIGGERS }] },
      { kind: 'stuck', why: 'no_secret' },
    ],
    [
      'asks only once for what the vendor does not do',
      { webhooks: [dormant], keys: keysOf('new'), updatedId: 'new' },
      { kind: 'stuck', why: 'not_as_asked' },
    ],
  ])('%s', (_, state, expected) => {
    expect(next(state)).toMatchObject(expected);
  });
});

describe('the target of a webhook', () => {
  it.each(['https://hooks.example.com', 'https://hooks.example.com/', 'https://hooks.example.com//'])(
    'is the app’s below %s',
    (base) => {
      expect(webhookTarget(base, 'shop')).toBe(target);
    },
  );
});

it('the vendor is asked for nothing about people that is not needed', () => {
  expect(webhookFields(target, WEBHOOK_TRIGGERS)).toEqual({
    target,
    triggers: WEBHOOK_TRIGGERS,
    includeFullUser: false,
    includeFullSource: false,
  });
});
