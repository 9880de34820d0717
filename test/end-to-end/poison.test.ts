import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fault } from '../../local/fake-vendor/faults.ts';
import type { Call } from '../../local/fake-vendor/operations.ts';
import { reasonOf, SystemUnderTest } from './system.ts';

const BYSTANDERS = Array.from({ length: 15 }, (_, index) => `u-${index}`);

let system: SystemUnderTest;
let deaths = 0;

/** Whoever asks for this member dies of it. */
function poison({ body }: Call): Fault | undefined {
  if ((body as { userId?: string } | undefined)?.userId !== 'poison') return undefined;
  deaths += 1;
  system.stack.consumer.kill();
  return { kind: 'reset' };
}

beforeAll(async () => {
  // What an instance had that died is delivered again after six seconds.
  const settings = { 'rollcall:consumerTimeoutSeconds': 1 };
  system = await SystemUnderTest.start(settings, { onRequest: poison });
});
afterAll(() => system.stop());

test('a change that kills its process each time is parked in the end, while everybody else goes on', async () => {
  await system.addApp('shop', ['poison', 'later', ...BYSTANDERS]);
  const change = await system.send({ appId: 'shop', userId: 'poison' });
  const others = await Promise.all(BYSTANDERS.map((userId) => system.send({ appId: 'shop', userId })));
  for (const other of others) expect((await system.end(other)).end).toMatch(/^(applied|already)$/);
  await system.until('a second death', () => (deaths > 1 ? true : undefined));
  const later = await system.send({ appId: 'shop', userId: 'later' });
  expect((await system.end(later)).end).toMatch(/^(applied|already)$/);
  expect(system.outcomes.of(change.messageId)).toBeUndefined();

  expect(await system.end(change)).toEqual({ end: 'parked', reason: 'crashes' });
  const parked = await system.parked();
  expect(parked.map((message) => [message.Body, reasonOf(message)])).toEqual([[change.body, 'crashes']]);
  expect(system.present('shop').toSorted()).toEqual([...BYSTANDERS, 'later'].toSorted());
  // Alone as often as nobody can mistake, and before that once among others, if the first batch held any.
  expect([5, 6]).toContain(deaths);
});
