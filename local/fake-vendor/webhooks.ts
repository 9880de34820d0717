import { randomBytes } from 'node:crypto';

/** A webhook, as the API shows it. */
export interface Webhook {
  readonly id: string;
  readonly version: 'v2';
  readonly target: string;
  readonly triggers: readonly string[];
  readonly secret: string;
  readonly includeFullUser: boolean;
  readonly includeFullSource: boolean;
}

export type WebhookFields = Pick<Webhook, 'target' | 'triggers' | 'includeFullUser' | 'includeFullSource'>;

/** An app has no more of them, over all its integrations. */
const webhooksMost = 10;

/** The webhooks of one app, by the integration that they belong to. */
export class Webhooks {
  readonly #byIntegration: Map<string, Map<string, Webhook>>;
  readonly #newId: () => string;

  constructor(integrationIds: readonly string[], newId: () => string) {
    this.#byIntegration = new Map(integrationIds.map((id) => [id, new Map()]));
    this.#newId = newId;
  }

  /** All of them, whatever their integration. */
  all(): readonly Webhook[] {
    return [...this.#byIntegration.values()].flatMap((webhooks) => [...webhooks.values()]);
  }

  find(webhookId: string): Webhook | undefined {
    return this.all().find(({ id }) => id === webhookId);
  }

  /** Those of one integration; undefined if there is no such integration. */
  of(integrationId: string): readonly Webhook[] | undefined {
    const webhooks = this.#byIntegration.get(integrationId);
    return webhooks && [...webhooks.values()];
  }

  /** Undefined: the app has as many as it may have. The integration must exist. */
  create(integrationId: string, fields: WebhookFields): Webhook | undefined {
    if (this.all().length >= webhooksMost) return undefined;
    const secret = randomBytes(16).toString('hex');
    return this.#put(integrationId, { ...fields, id: this.#newId(), version: 'v2', secret });
  }

  update(integrationId: string, webhook: Webhook, fields: Partial<WebhookFields>): Webhook {
    return this.#put(integrationId, { ...webhook, ...fields });
  }

  delete(integrationId: string, webhookId: string): void {
    this.#byIntegration.get(integrationId)?.delete(webhookId);
  }

  #put(integrationId: string, webhook: Webhook): Webhook {
    const webhooks = this.#byIntegration.get(integrationId);
    if (!webhooks) throw new Error(`there is no integration ${integrationId}`);
    webhooks.set(webhook.id, webhook);
    return webhook;
  }
}
