/** What the webhooks API does, and how it answers. */
import { type Answer, badRequest, forbidden, integrationNotFound, json, noSuchPath } from './answers.ts';
import type { App } from './app.ts';
import type { WebhookRoute } from './routes.ts';
import type { Webhook, WebhookFields, Webhooks } from './webhooks.ts';

/**
 * Carries out a call of an app's webhooks API. `ownIntegration` is the one that the caller's credential belongs to, if
 * it belongs to one: `me` means it, and such a caller sees no other.
 */
export function carryOutWebhooks(
  { webhooks }: App,
  { action, integrationId: asked, webhookId }: WebhookRoute,
  body: unknown,
  ownIntegration: string | undefined,
): Answer {
  const integrationId = asked === 'me' ? ownIntegration : asked;
  if (ownIntegration !== undefined && integrationId !== ownIntegration) return forbidden();
  const present = integrationId === undefined ? undefined : webhooks.of(integrationId);
  if (integrationId === undefined || present === undefined) return integrationNotFound();
  if (action === 'list') return json(200, { webhooks: present });
  if (action === 'create') return create(webhooks, integrationId, body);
  const webhook = present.find(({ id }) => id === webhookId);
  if (webhook === undefined) return noSuchPath();
  switch (action) {
    case 'get':
      return json(200, { webhook });
    case 'update':
      return update(webhooks, integrationId, webhook, body);
    case 'delete':
      webhooks.delete(integrationId, webhookId);
      return json(200, {});
    default:
      return action satisfies never;
  }
}

function create(webhooks: Webhooks, integrationId: string, body: unknown): Answer {
  const read = fieldsOf(body, ['target', 'triggers']);
  if ('mistakes' in read) return badRequest(...read.mistakes);
  const { target = '', triggers = [], includeFullUser = false, includeFullSource = false } = read;
  const webhook = webhooks.create(integrationId, { target, triggers, includeFullUser, includeFullSource });
  if (webhook === undefined) return badRequest('The maximum number of webhooks has been reached');
  return json(201, { webhook });
}

function update(webhooks: Webhooks, integrationId: string, webhook: Webhook, body: unknown): Answer {
  const read = fieldsOf(body, []);
  if ('mistakes' in read) return badRequest(...read.mistakes);
  return json(200, { webhook: webhooks.update(integrationId, webhook, read) });
}

type Read = Partial<WebhookFields> | { readonly mistakes: readonly string[] };

/** Whatever else a body holds is passed over. */
function fieldsOf(body: unknown, required: readonly (keyof WebhookFields)[]): Read {
  const given = typeof body === 'object' && body !== null ? { ...body } : {};
  const { target, triggers, includeFullUser, includeFullSource } = given as Record<string, unknown>;
  const fields = { target, triggers, includeFullUser, includeFullSource };
  const mistakes = [
    ...required
      .filter((name) => fields[name] === undefined)
      .map((name) => `should have required property '${name}'`),
    ...(target === undefined || isTarget(target) ? [] : ['target should be a URL']),
    ...(triggers === undefined || isTriggers(triggers) ? [] : ['triggers should be an array of triggers']),
    ...[includeFullUser, includeFullSource]
      .filter((flag) => flag !== undefined && typeof flag !== 'boolean')
      .map(() => 'includeFullUser and includeFullSource should be boolean'),
  ];
  if (mistakes.length > 0) return { mistakes };
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as Partial<WebhookFields>;
}

function isTarget(target: unknown): boolean {
  return (
    typeof target === 'string' && target.length <= 2048 && /^https?:\/\//.test(target) && URL.canParse(target)
  );
}

function isTriggers(triggers: unknown): boolean {
  if (!Array.isArray(triggers) || triggers.length === 0) return false;
  return triggers.every((trigger) => typeof trigger === 'string' && /^[a-z]+(:[a-zA-Z]+)+$/.test(trigger));
}
