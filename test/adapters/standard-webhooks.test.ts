import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { standardWebhooks } from '../../functions/adapters/standard-webhooks.ts';
import { NOW } from '../support/builders.ts';

const secret = fc
  .uint8Array({ minLength: 24, maxLength: 80 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);
const id = fc.string({ minLength: 1, maxLength: 20 });
const body = fc.string({ unit: 'binary', maxLength: 300 });
const timestamp = String(NOW / 1_000);

/** What the reference says of a request. */
function referenceSays(signedWith: string, messageId: string, signatures: string, text: string): boolean {
  const headers = {
    'webhook-id': messageId,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures,
  };
  try {
    new Webhook(signedWith).verify(text, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

/** A list of signatures: right ones, and what can be wrong with one (the reference also takes what follows another comma). */
function signaturesOf(right: string): fc.Arbitrary<string> {
  const [version, base64 = ''] = right.split(',');
  const one = fc.constantFrom(
    right,
    `v1a,${base64}`,
    `${version},`,
    `${version},${base64.slice(0, -1)}`,
    `${version},${base64.toLowerCase()}`,
    `${version},${base64.slice(0, -1)}%`,
    `${version},${base64}=`,
    `${version}, ${base64}`,
    `${version}`,
    base64,
    'é',
  );
  return fc.oneof(
    fc.array(one, { minLength: 1, maxLength: 4 }).map((each) => each.join(' ')),
    fc.string(),
  );
}

describe('a signature', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
    return () => vi.useRealTimers();
  });

  it('that the reference makes is right, over any text', () => {
    fc.assert(
      fc.property(secret, id, body, (signedWith, messageId, text) => {
        const signatures = new Webhook(signedWith).sign(messageId, new Date(NOW), text);
        const signature = { id: messageId, timestamp, signatures };
        expect(standardWebhooks.isSignedWith(signedWith, signature, text)).toBe(true);
        expect(standardWebhooks.isSignedWith(signedWith, signature, `${text} `)).toBe(false);
        expect(standardWebhooks.isSignedWith(signedWith, { ...signature, id: `${messageId}.` }, text)).toBe(
          false,
        );
      }),
    );
  });

  it('is right exactly where the reference takes it for right', () => {
    const request = fc.record({ signedWith: secret, messageId: id, text: body }).chain((signed) => {
      const right = new Webhook(signed.signedWith).sign(signed.messageId, new Date(NOW), signed.text);
      return signaturesOf(right).map((signatures) => ({ ...signed, signatures }));
    });
    fc.assert(
      fc.property(request, ({ signedWith, messageId, text, signatures }) => {
        const signature = { id: messageId, timestamp, signatures };
        expect(standardWebhooks.isSignedWith(signedWith, signature, text)).toBe(
          referenceSays(signedWith, messageId, signatures, text),
        );
      }),
    );
  });
});
