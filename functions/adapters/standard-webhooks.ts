import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** What a request says about who signed it. */
interface Signature {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: string;
  /** Several, where a secret is being rotated. */
  readonly signatures: string;
}

const TOLERANCE_MS = 5 * 60_000;
const TIMESTAMP = /^\d{1,11}$/;

/** Signatures as Standard Webhooks has them: HMAC-SHA256 over id, time and body. */
export const standardWebhooks = {
  read(
    headers: Readonly<Record<string, string | undefined>>,
    nowMs: number,
  ): Signature | 'no_signature' | 'stale_signature' {
    const id = headers['webhook-id'];
    const timestamp = headers['webhook-timestamp'] ?? '';
    const signatures = headers['webhook-signature'];
    if (!id || !signatures || !TIMESTAMP.test(timestamp)) return 'no_signature';
    if (Math.abs(nowMs - Number(timestamp) * 1_000) > TOLERANCE_MS) return 'stale_signature';
    return { id, timestamp, signatures };
  },

  isSignedWith(secret: string, { id, timestamp, signatures }: Signature, body: string): boolean {
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures };
    try {
      new Webhook(secret).verify(body, headers, { jsonParse: false });
      return true;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  },
};
