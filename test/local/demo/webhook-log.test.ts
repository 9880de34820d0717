import { expect, test } from 'vitest';
import { WebhookLog } from '../../../local/demo/webhook-log.ts';

test('the functions’ lines are counted by what they say of the vendor’s events', () => {
  const log = new WebhookLog();
  const lines = [
    { message: 'webhook', queued: 3 },
    { message: 'webhook', queued: 2 },
    { message: 'request_refused', door: 'webhook', reason: 'wrong_key' },
    { message: 'request_refused', door: 'changes', reason: 'wrong_signature' },
    { message: 'vendor_event', kind: 'hint', outcome: 'ignored', reason: 'agrees' },
    { message: 'vendor_event', kind: 'hint', outcome: 'compare' },
    { message: 'vendor_event', kind: 'user_removed', outcome: 'done' },
    { message: 'change', outcome: 'applied' },
  ];
  for (const line of [...lines.map((each) => JSON.stringify(each)), 'not JSON at all']) log.read(line);
  expect({ ...log }).toEqual({ received: 5, hintsIgnored: 1, reconciles: 1, rejected: 1 });
});
