import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOneOf, readWebhookKey } from '../../functions/core/webhook-key.ts';

describe('the text of a webhook secret', () => {
  it('holds the key, and may hold more', () => {
    expect(readWebhookKey('{"key":"abc","webhookId":"w"}')).toBe('abc');
  });

  it.each(['', 'abc', '"abc"', '{}', '{"key":""}', '{"key":7}', 'null'])('is no key: %j', (text) => {
    expect(readWebhookKey(text)).toBeUndefined();
  });
});

describe('a key', () => {
  it('is right if it is one of those that are, and only then', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (keys, given) => {
        expect(isOneOf(keys, given)).toBe(keys.includes(given));
        expect(isOneOf([...keys, given], given)).toBe(true);
      }),
    );
  });
});
