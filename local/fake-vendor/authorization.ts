/** Who may call: API keys over Basic, JWTs signed with an API key, and tokens issued elsewhere. */
import { createHmac } from 'node:crypto';
import type { ApiKey } from './options.ts';

/** `unknown`: these credentials do not exist here (any more). `forbidden`: they do, but lack the scope. */
export type Verdict = 'allowed' | 'forbidden' | 'unknown';

/** The scopes that may use the operations. */
const sufficientScopes: ReadonlySet<string> = new Set(['integration', 'app', 'account']);

/** Tokens are issued to an integration that connects an app with somebody else's system; every app has this one. */
export const tokenIntegration = 'connect';

/** The credentials of one app. They may come and go while the vendor runs. */
export class Credentials {
  readonly #keys = new Map<string, ApiKey>();
  readonly #tokens: Set<string>;

  constructor(keys: readonly ApiKey[], tokens: readonly string[]) {
    for (const key of keys) this.addKey(key);
    this.#tokens = new Set(tokens);
  }

  /** Adds a key, or changes the secret of the key of that id. */
  addKey(key: ApiKey): void {
    this.#keys.set(key.keyId, key);
  }

  revokeKey(keyId: string): void {
    this.#keys.delete(keyId);
  }

  addToken(token: string): void {
    this.#tokens.add(token);
  }

  revokeToken(token: string): void {
    this.#tokens.delete(token);
  }

  /** Judges the value of an Authorization header. */
  judge(header: string | undefined, nowSeconds: number): Verdict {
    const [, scheme, value] = /^(basic|bearer) +(\S+)$/i.exec(header ?? '') ?? [];
    if (scheme === undefined || value === undefined) return 'unknown';
    if (scheme.toLowerCase() === 'basic') return this.#judgeBasic(value);
    return this.#tokens.has(value) ? 'allowed' : this.#judgeJwt(value, nowSeconds);
  }

  /** The integration that these credentials, which have been judged, belong to; undefined if they are an app's. */
  integrationOf(header: string | undefined): string | undefined {
    const [, scheme, value = ''] = /^(basic|bearer) +(\S+)$/i.exec(header ?? '') ?? [];
    if (this.#tokens.has(value)) return tokenIntegration;
    const keyId =
      scheme?.toLowerCase() === 'basic'
        ? Buffer.from(value, 'base64').toString().split(':', 1)[0]
        : decodePart(value.split('.', 1)[0] ?? '')?.['kid'];
    return typeof keyId === 'string' ? this.#keys.get(keyId)?.integrationId : undefined;
  }

  #judgeBasic(value: string): Verdict {
    const pair = Buffer.from(value, 'base64').toString();
    const colon = pair.indexOf(':');
    const key = this.#keys.get(pair.slice(0, Math.max(0, colon)));
    if (key === undefined || key.secret !== pair.slice(colon + 1)) return 'unknown';
    return sufficientScopes.has(scopeOf(key)) ? 'allowed' : 'forbidden';
  }

  #judgeJwt(token: string, nowSeconds: number): Verdict {
    const [head = '', payload = '', signature = '', ...rest] = token.split('.');
    const header = decodePart(head);
    const claims = decodePart(payload);
    const key = typeof header?.['kid'] === 'string' ? this.#keys.get(header['kid']) : undefined;
    if (key === undefined || claims === undefined || rest.length > 0) return 'unknown';
    if (header?.['alg'] !== 'HS256') return 'unknown';
    const expected = createHmac('sha256', key.secret).update(`${head}.${payload}`).digest('base64url');
    if (signature !== expected) return 'unknown';
    const { exp, scope } = claims;
    if (exp !== undefined && !(typeof exp === 'number' && exp > nowSeconds)) return 'unknown';
    if (typeof scope !== 'string') return 'unknown';
    return scope === scopeOf(key) && sufficientScopes.has(scope) ? 'allowed' : 'forbidden';
  }
}

function scopeOf(key: ApiKey): string {
  if (key.scope !== undefined) return key.scope;
  if (key.integrationId !== undefined) return 'integration';
  return /^(act|svc)_/.test(key.keyId) ? 'account' : 'app';
}

function decodePart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // anybody may send anything: what is no JSON is no token
  }
}
