/** What Rollcall asks the vendor to be told of, in alphabetical order. */
export const WEBHOOK_TRIGGERS = [
  'conversation:join',
  'conversation:leave',
  'conversation:remove',
  'user:merge',
  'user:remove',
] as const;

/**
 * What a new webhook is subscribed to until its secret is stored: something that means nothing here. The vendor never
 * sends again what is refused, so nothing that counts may come under a secret that nobody knows yet.
 */
export const DORMANT_TRIGGERS = ['user:update'] as const;

/** A webhook, as far as it is looked at. */
export interface Webhook {
  readonly id: string;
  readonly target: string;
  readonly triggers: readonly string[];
  /** Absent where the vendor does not show it. */
  readonly secret?: string;
  readonly includeFullUser?: boolean;
  readonly includeFullSource?: boolean;
}

/** What is set of a webhook: no more of anybody than the ids. */
export interface WebhookFields {
  readonly target: string;
  readonly triggers: readonly string[];
  readonly includeFullUser: false;
  readonly includeFullSource: false;
}

/** The webhook secrets that the endpoint takes. */
export interface WebhookKeys {
  readonly current?: string;
  readonly previous?: string;
}

export type RegistrationStep =
  | { readonly kind: 'create' }
  | { readonly kind: 'store'; readonly webhook: Webhook; readonly key: string }
  | { readonly kind: 'update'; readonly webhook: Webhook }
  /** `isHeard`: what it sends is taken, so what it has begun to send must first have arrived. */
  | { readonly kind: 'delete'; readonly webhook: Webhook; readonly isHeard: boolean }
  /** The vendor does not show its secret, or has changed it otherwise than it was asked to. */
  | { readonly kind: 'stuck'; readonly webhook: Webhook; readonly why: 'no_secret' | 'not_as_asked' }
  | { readonly kind: 'done'; readonly webhook: Webhook };

export interface RegistrationState {
  /** Every webhook of the integration. */
  readonly webhooks: readonly Webhook[];
  readonly keys: WebhookKeys;
  readonly target: string;
  /** A new secret is wanted, hence a new webhook: the vendor chooses the secrets. */
  readonly isRotating: boolean;
  /** The webhook that this registration has created, once it has. */
  readonly createdId?: string;
  /** The webhook that it has updated. */
  readonly updatedId?: string;
}

/**
 * What to do next, until it is done. Stopping anywhere leaves either what was there before, at work, or a new webhook
 * that is told of nothing; whoever starts again finds it and goes on.
 *
 * A webhook is ours if it has our target, or a secret of ours: the deployment may have moved. Of several the one with
 * the current secret stays.
 */
export function nextStep(state: RegistrationState): RegistrationStep {
  const { webhooks, keys, target, isRotating, createdId, updatedId } = state;
  const ours = webhooks.filter((webhook) => webhook.target === target || keyRank(webhook, keys) < 2);
  const kept = ours.find(({ id }) => id === createdId) ?? ours.toSorted(byKey(keys))[0];
  if (!kept) return { kind: 'create' };
  if (kept.secret === undefined) return { kind: 'stuck', webhook: kept, why: 'no_secret' };
  if (kept.secret !== keys.current) return { kind: 'store', webhook: kept, key: kept.secret };
  if (!isAsWished(kept, target)) {
    if (kept.id === updatedId) return { kind: 'stuck', webhook: kept, why: 'not_as_asked' };
    return { kind: 'update', webhook: kept };
  }
  const surplus = ours.find((webhook) => webhook !== kept);
  if (surplus) return { kind: 'delete', webhook: surplus, isHeard: keyRank(surplus, keys) < 2 };
  return isRotating && createdId === undefined ? { kind: 'create' } : { kind: 'done', webhook: kept };
}

/** 0: its secret is the current one, 1: the previous one, 2: neither. */
function keyRank({ secret }: Webhook, { current, previous }: WebhookKeys): number {
  if (secret === undefined) return 2;
  if (secret === current) return 0;
  return secret === previous ? 1 : 2;
}

const byKey = (keys: WebhookKeys) => (a: Webhook, b: Webhook) => keyRank(a, keys) - keyRank(b, keys);

function isAsWished(webhook: Webhook, target: string): boolean {
  const { triggers, includeFullUser = false, includeFullSource = false } = webhook;
  const isSame = [...new Set(triggers)].toSorted().join() === WEBHOOK_TRIGGERS.join();
  return webhook.target === target && isSame && !includeFullUser && !includeFullSource;
}

export function webhookFields(target: string, triggers: readonly string[]): WebhookFields {
  return { target, triggers, includeFullUser: false, includeFullSource: false };
}

/** Where the vendor sends an app's events; `baseUrl` is the deployment's output WebhookUrl. */
export function webhookTarget(baseUrl: string, appId: string): string {
  return `${baseUrl.replace(/\/+$/, '')}/sunshine/${appId}`;
}
