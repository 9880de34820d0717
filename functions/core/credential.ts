import * as z from 'zod/mini';
import { DEFAULT_HOST } from './app.ts';
import { parsedJson } from './json.ts';

/** What an app's secret holds: a key pair (Basic, or a self-signed JWT where `scope` is given) or a ready-made token. */
export type Auth =
  | { readonly keyId: string; readonly secret: string; readonly scope?: 'app' | 'account' }
  | { readonly token: string };

/** Where and as whom an app's calls are made. */
export interface Credential {
  readonly host: string;
  readonly auth: Auth;
}

export type CredentialRead = Credential | { readonly problem: string };

const host = z.optional(z.string());
const filled = z.string().check(z.minLength(1));
const keyPair = z.object({
  keyId: filled,
  secret: filled,
  scope: z.optional(z.enum(['app', 'account'])),
  host,
});
const token = z.object({ token: filled, host });

/**
 * Reads the text of an app's secret. `appHost` is the host its app row names; the secret's own goes first.
 * The problem names fields only: nothing of the text is ever repeated.
 */
export function readCredential(text: string, appHost: string, extraHosts: readonly string[]): CredentialRead {
  const value = parsedJson(text);
  if (value === undefined) return { problem: 'the secret is not JSON' };
  const asToken = token.safeParse(value);
  const asKeyPair = asToken.success ? undefined : keyPair.safeParse(value);
  if (!asToken.success && !asKeyPair?.success) {
    return { problem: 'the secret must be {"keyId","secret","scope"?,"host"?} or {"token","host"?}' };
  }
  const chosen = asToken.data?.host ?? asKeyPair?.data?.host ?? appHost;
  if (!isAllowedHost(chosen, extraHosts)) return { problem: 'host: not a host of the vendor' };
  return { host: chosen, auth: asToken.data ? { token: asToken.data.token } : authOf(asKeyPair?.data) };
}

function authOf(pair: z.infer<typeof keyPair> | undefined): Auth {
  if (!pair) throw new Error('neither schema matched');
  const { keyId, secret, scope } = pair;
  return { keyId, secret, ...(scope && { scope }) };
}

const VENDOR_HOSTS = new Set([DEFAULT_HOST, 'https://api.eu-1.smooch.io']);
const ZENDESK_HOST = /^https:\/\/[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.zendesk\.com\/sc$/;

/** Credentials are sent to the vendor's documented hosts only, and to those a deployment names (a local run's fake vendor). */
export function isAllowedHost(host: string, extraHosts: readonly string[]): boolean {
  const plain = host.replace(/\/$/, '');
  return VENDOR_HOSTS.has(plain) || ZENDESK_HOST.test(plain) || extraHosts.includes(plain);
}
