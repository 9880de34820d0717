import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import { parsedJson } from './json.ts';

const keySchema = z.object({ key: z.string().check(z.minLength(1)) });

/** Reads the text of an app's webhook secret, `{"key":"…"}`. Undefined where it is anything else. */
export function readWebhookKey(text: string): string | undefined {
  return keySchema.safeParse(parsedJson(text)).data?.key;
}

/** Whether this is one of the keys. Takes as long for one as for another, whatever they have in common. */
export function isOneOf(keys: readonly string[], given: string): boolean {
  const digest = digestOf(given);
  return keys.map((key) => timingSafeEqual(digestOf(key), digest)).includes(true);
}

/** Texts of any length become equally long, as the comparison wants them. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
