import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a request says about who signed it. */
interface Signature {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: string;
  /** Several, where a secret is being rotated. */
  readonly signatures: string;
}

const SECRET_PREFIX = 'whsec_';
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

  /** By the platform's own hash: whoever sends a large body costs little, however many secrets it is held against. */
  isSignedWith(secret: string, { id, timestamp, signatures }: Signature, body: string): boolean {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    const right = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
    return signatures.split(' ').some((signature) => isSame(signature, `v1,${right}`));
  },
};

function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
