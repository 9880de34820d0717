import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { EventBridgeOutcomeEvents } from '../../functions/adapters/outcome-events.ts';
import type { OutcomeEvent } from '../../functions/core/outcome-event.ts';
import { type EventServer, startEventServer } from '../../local/embedded/event-server.ts';

let server: EventServer;
beforeAll(async () => {
  server = await startEventServer();
});
afterAll(() => server.stop());
afterEach(() => vi.unstubAllEnvs());

const HELD: OutcomeEvent = {
  kind: 'held',
  detail: {
    version: 1,
    appId: 'shop',
    conversationId: 'orders',
    planHash: '0123456789abcdef',
    removals: 8,
    heldAt: '2026-03-01T12:00:00.000Z',
  },
};

function events(endpoint: string): EventBridgeOutcomeEvents {
  const variables = { REGION: 'eu-west-1', ACCESS_KEY_ID: 'test', SECRET_ACCESS_KEY: 'test' };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(`AWS_${name}`, value);
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', endpoint);
  return new EventBridgeOutcomeEvents();
}

it('are put on the default bus, as whoever listens expects them', async () => {
  await events(server.endpoint).publish(HELD);
  expect(server.published).toEqual([
    { source: 'rollcall', detailType: 'Removals Held', detail: HELD.detail },
  ]);
});

it('throw where the bus did not take them', async () => {
  await expect(events('http://127.0.0.1:1').publish(HELD)).rejects.toThrow();
});
