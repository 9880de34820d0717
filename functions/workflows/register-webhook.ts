import {
  DORMANT_TRIGGERS,
  nextStep,
  type RegistrationState,
  type RegistrationStep,
  WEBHOOK_TRIGGERS,
  type Webhook,
  type WebhookFields,
  type WebhookKeys,
  webhookFields,
} from '../core/webhook-registration.ts';
import type { Clock } from './ports.ts';

/** Why the vendor did not do what it was asked for. Holds no secret. */
export interface WebhookFailure {
  readonly kind: 'failed';
  /** What was asked for: `create`, for one. */
  readonly operation: string;
  /** Absent where no answer came. */
  readonly status?: number;
  readonly code?: string;
  readonly title?: string;
  readonly mayHaveBeenApplied: boolean;
}

export type WebhookAnswer<Value> = { readonly kind: 'done'; readonly value: Value } | WebhookFailure;

/** The webhooks of one integration of one app. Never throws for what the vendor or the network does. */
export interface VendorWebhooks {
  list(): Promise<WebhookAnswer<readonly Webhook[]>>;
  get(webhookId: string): Promise<WebhookAnswer<Webhook>>;
  create(fields: WebhookFields): Promise<WebhookAnswer<Webhook>>;
  update(webhookId: string, fields: WebhookFields): Promise<WebhookAnswer<Webhook>>;
  delete(webhookId: string): Promise<WebhookAnswer<undefined>>;
}

/** Where an app's webhook secrets are kept. */
export interface WebhookKeyStore {
  read(appId: string): Promise<WebhookKeys>;
  /** Makes it the current one; the current one becomes the previous one. */
  store(appId: string, key: string): Promise<void>;
}

export interface RegistrationPorts {
  readonly webhooks: VendorWebhooks;
  readonly keys: WebhookKeyStore;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Told of each step before it is made. */
  readonly onStep?: (step: RegistrationStep) => void;
}

export interface RegistrationOptions {
  readonly appId: string;
  readonly target: string;
  readonly isRotating: boolean;
  /** How long the vendor goes on trying to send what it has begun to send. */
  readonly drainMs: number;
}

export type Registration =
  | {
      readonly kind: 'registered';
      readonly webhook: Webhook;
      readonly steps: readonly RegistrationStep['kind'][];
    }
  | Extract<RegistrationStep, { kind: 'stuck' }>
  | WebhookFailure;

/** More steps than any number of webhooks of an app can need. */
const STEPS_MAX = 50;

/** Makes the vendor tell the deployment what happens to an app; a step at a time, until nothing is left to do. */
export async function registerWebhook(
  { appId, target, isRotating, drainMs }: RegistrationOptions,
  ports: RegistrationPorts,
): Promise<Registration> {
  const found = await readWebhooks(ports.webhooks);
  if (found.kind === 'failed') return found;
  const keys = await ports.keys.read(appId);
  let state: RegistrationState = { webhooks: found.value, keys, target, isRotating };
  const steps: RegistrationStep['kind'][] = [];
  while (steps.length < STEPS_MAX) {
    const step = nextStep(state);
    if (step.kind === 'stuck') return step;
    if (step.kind === 'done') return { kind: 'registered', webhook: step.webhook, steps };
    ports.onStep?.(step);
    const next = await make(step, state, appId, drainMs, ports);
    if ('kind' in next) return next;
    steps.push(step.kind);
    state = next;
  }
  throw new Error(`the registration of a webhook did not end within ${STEPS_MAX} steps`);
}

/** All of them, with their secrets: where a listing does not show them, each is asked for. */
async function readWebhooks(vendor: VendorWebhooks): Promise<WebhookAnswer<readonly Webhook[]>> {
  const listed = await vendor.list();
  if (listed.kind === 'failed') return listed;
  const webhooks: Webhook[] = [];
  for (const webhook of listed.value) {
    if (webhook.secret !== undefined) {
      webhooks.push(webhook);
      continue;
    }
    const read = await vendor.get(webhook.id);
    if (read.kind === 'failed') return read;
    webhooks.push(read.value);
  }
  return { kind: 'done', value: webhooks };
}

async function make(
  step: Exclude<RegistrationStep, { kind: 'done' | 'stuck' }>,
  state: RegistrationState,
  appId: string,
  drainMs: number,
  { webhooks: vendor, keys, clock }: RegistrationPorts,
): Promise<RegistrationState | WebhookFailure> {
  const { webhooks, target } = state;
  switch (step.kind) {
    case 'create': {
      const created = await vendor.create(webhookFields(target, DORMANT_TRIGGERS));
      if (created.kind === 'failed') return created;
      return { ...state, webhooks: [...webhooks, created.value], createdId: created.value.id };
    }
    case 'store': {
      await keys.store(appId, step.key);
      const { current: previous } = state.keys;
      return { ...state, keys: { current: step.key, ...(previous !== undefined && { previous }) } };
    }
    case 'update': {
      const updated = await vendor.update(step.webhook.id, webhookFields(target, WEBHOOK_TRIGGERS));
      if (updated.kind === 'failed') return updated;
      const now = { ...step.webhook, ...updated.value };
      return {
        ...state,
        webhooks: webhooks.map((each) => (each === step.webhook ? now : each)),
        updatedId: now.id,
      };
    }
    case 'delete': {
      if (step.isHeard) await clock.sleep(drainMs);
      const deleted = await vendor.delete(step.webhook.id);
      if (deleted.kind === 'failed' && !isGone(deleted)) return deleted;
      return { ...state, webhooks: webhooks.filter((each) => each !== step.webhook) };
    }
    default:
      return step satisfies never;
  }
}

/** Somebody else has deleted it. */
function isGone({ status, code }: WebhookFailure): boolean {
  return status === 404 && code === 'not_found';
}
