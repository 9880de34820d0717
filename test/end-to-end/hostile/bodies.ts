import { gzipSync } from 'node:zlib';
import type { Random } from './random.ts';

const MIB = 1024 * 1024;

/** A webhook as the vendor sends it, about a person whose id must not be told. */
export function webhookOf(random: Random, appId: string, overrides: object = {}): object {
  const user = { id: `personword-${random.word()}`, externalId: `personword-${random.word()}@example.org` };
  const events = Array.from({ length: 1 + random.below(3) }, () => ({
    id: `event-${random.word()}`,
    createdAt: new Date().toISOString(),
    type: random.pick([
      'conversation:join',
      'conversation:leave',
      'conversation:message',
      'user:remove',
      'x:y',
    ]),
    payload: { conversation: { id: `c-${random.below(3)}`, type: 'sdkGroup' }, user, text: 'bodyword' },
  }));
  return { app: { id: appId }, webhook: { id: 'w', version: 'v2' }, events, ...overrides };
}

/** A change as a producer sends it. */
export function changeOf(random: Random, appId: string, overrides: object = {}): object {
  return {
    id: `change-${random.word()}`,
    action: random.pick(['join', 'leave']),
    appId,
    conversationId: `c-${random.below(3)}`,
    userId: `personword-${random.word()}`,
    occurredAt: new Date().toISOString(),
    ...overrides,
  };
}

/** What is neither a webhook nor a change, whatever it looks like. */
export function nonsense(random: Random): Buffer {
  const deep = 1 + random.below(100_000);
  const make = random.pick<() => string | Buffer>([
    () => '',
    () => 'null',
    () => `"bodyword-${random.word()}"`,
    () => `{"app":{"id":"bodyword`,
    () => `{"__proto__":{"bodyword":1},"constructor":{"prototype":{"app":{"id":"shop"}}}}`,
    () => `{"app":{"id":"shop"},"app":{"id":["bodyword"]},"webhook":{"version":"v2"},"events":{}}`,
    () => `{"events":[]}`,
    () => `{"app":{"id":"shop"},"webhook":{"version":"v2"},"events":"bodyword"}`,
    () => '['.repeat(deep),
    () => `${'['.repeat(deep)}${']'.repeat(deep)}`,
    () => `{"a":`.repeat(deep),
    () => `${'9'.repeat(random.below(10_000))}e${random.below(999)}`,
    () => `\ufeff{"app":{"id":"shop"}}`,
    () => `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]><x>&b;</x>`,
    () => Buffer.from(`bodyword${random.text(500)}`, 'latin1'),
    () => Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
    () => gzipSync(`{"bodyword":"${'x'.repeat(random.below(MIB))}"}`),
    () => Buffer.alloc(random.below(3_000)),
  ]);
  return Buffer.from(make());
}

/** More than is read: now and then so much that the API itself turns it away. */
export function tooMuch(random: Random): Buffer {
  const bytes = random.below(20) === 0 ? 11 * MIB : MIB + 1 + random.below(3 * MIB);
  return Buffer.alloc(bytes, random.pick(['[', ' ', '\\', '{"bodyword":', '\u{1f389}']));
}
