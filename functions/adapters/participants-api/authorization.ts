import { SignJWT } from 'jose';
import type { Auth } from '../../core/credential.ts';

const JWT_LIFETIME_MS = 15 * 60_000;
/** Renewed this long before it expires: longer than any call, and than clocks usually differ. */
const JWT_RENEWAL_MARGIN_MS = 5 * 60_000;

/** The value of a request's `authorization` header, and what of it must never be seen elsewhere. */
interface Authorization {
  readonly header: string;
  readonly secrets: readonly string[];
}

/** Gives each request its authorization. Nothing but these closures holds the secret. */
export type Authorizer = () => Authorization | Promise<Authorization>;

/**
 * @param now milliseconds since 1970; decides when a self-signed token is renewed.
 * @throws TypeError that names the field, never its value.
 */
export function authorizer(auth: Auth, now: () => number): Authorizer {
  if (typeof auth !== 'object' || auth === null) throw new TypeError('auth: must be an object');
  if ('token' in auth) {
    if ('keyId' in auth || 'secret' in auth)
      throw new TypeError('auth: must hold a token or a key, not both');
    return constant('Bearer', headerSafe('auth.token', auth.token), []);
  }
  const keyId = filled('auth.keyId', auth.keyId);
  const secret = filled('auth.secret', auth.secret);
  if (auth.scope !== undefined) return selfSigned(keyId, secret, auth.scope, now);
  if (keyId.includes(':')) throw new TypeError('auth.keyId: must not contain a colon');
  return constant('Basic', Buffer.from(`${keyId}:${secret}`).toString('base64'), [secret]);
}

function constant(scheme: string, credential: string, secrets: readonly string[]): Authorizer {
  const authorization = { header: `${scheme} ${credential}`, secrets: [credential, ...secrets] };
  return () => authorization;
}

function selfSigned(keyId: string, secret: string, scope: string, now: () => number): Authorizer {
  if (scope !== 'app' && scope !== 'account') throw new TypeError('auth.scope: must be "app" or "account"');
  const key = new TextEncoder().encode(secret);
  let current: { authorization: Authorization; signedAtMs: number } | undefined;
  return async () => {
    const nowMs = now();
    const ageMs = current === undefined ? Number.POSITIVE_INFINITY : nowMs - current.signedAtMs;
    // A negative age is a clock that was set back: by that clock the token comes from the future.
    if (current !== undefined && ageMs >= 0 && ageMs < JWT_LIFETIME_MS - JWT_RENEWAL_MARGIN_MS) {
      return current.authorization;
    }
    const token = await new SignJWT({ scope })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: keyId })
      .setIssuedAt(Math.floor(nowMs / 1000))
      .setExpirationTime(Math.floor((nowMs + JWT_LIFETIME_MS) / 1000))
      .sign(key);
    current = { authorization: { header: `Bearer ${token}`, secrets: [token, secret] }, signedAtMs: nowMs };
    return current.authorization;
  };
}

function filled(field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`${field}: must be a string that is not empty`);
  return value;
}

function headerSafe(field: string, value: unknown): string {
  const text = filled(field, value);
  if (!/^[\x21-\x7e]+$/.test(text)) throw new TypeError(`${field}: must be printable ASCII without spaces`);
  return text;
}
