import { expect, test } from 'vitest';
import { HealWatch } from '../../../local/demo/heal-watch.ts';

const event = (type: 'conversation:join' | 'conversation:leave', userId: string) =>
  ({
    type,
    appId: 'shop',
    conversation: { id: 'c1', type: 'sdkGroup' },
    user: { id: userId, externalId: null },
  }) as const;

test('only those who are missed and come back are healed, once', () => {
  const watch = new HealWatch();
  expect(watch.medianSeconds).toBeUndefined();
  watch.miss('shop', 'c1', 'ann');
  watch.miss('shop', 'c1', 'bob');
  watch.onEvent(event('conversation:leave', 'ann'));
  watch.onEvent(event('conversation:join', 'cyd'));
  expect({ missing: watch.missing, healed: watch.healed }).toEqual({ missing: 2, healed: 0 });
  for (const userId of ['ann', 'ann']) watch.onEvent(event('conversation:join', userId));
  expect({ missing: watch.missing, healed: watch.healed }).toEqual({ missing: 1, healed: 1 });
  expect(watch.medianSeconds).toBeLessThan(1);
});
