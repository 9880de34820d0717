import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { Webhook } from 'standardwebhooks';
import { DynamoDBParkedChanges } from '../../functions/adapters/parked-changes.ts';
import { SQSRedriveQueue } from '../../functions/adapters/redrive-queue.ts';
import { DynamoDBRoster } from '../../functions/adapters/roster.ts';
import { FIELD } from '../../functions/core/widget/request.ts';
import { redrive } from '../../functions/workflows/parked-changes.ts';
import type { SystemUnderTest } from './system.ts';

const APP = 'everything';
const KEY = 'key-of-the-webhook';
const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Has the functions do each kind of thing that they do, once: whatever they are granted for is called for. */
export async function everythingOnce(system: SystemUnderTest): Promise<void> {
  await system.addApp(APP, ['ann', 'bob', 'cy', 'old']);
  const { webhookSecretPrefix, embedded } = system.stack;
  await system.putSecretNamed(`${webhookSecretPrefix}/${APP}`, JSON.stringify({ key: KEY }));
  const producers = [{ name: 'hr', secret: SIGNING_SECRET, appIds: [APP] }];
  await system.putSecretNamed(embedded.output('ProducersSecret'), JSON.stringify(producers));
  await settleParked(system);
  await healDrift(system);
  await holdRemovals(system);
  await lookAndActInTheConsole(system);
  await hearOfTheVendor(system);
  await takeSignedChange(system);
}

/** Applied; retried and then parked; redriven, and the copy on the dead-letter queue swept away. */
async function settleParked(system: SystemUnderTest): Promise<void> {
  for (const userId of ['ann', 'bob', 'old']) await system.end(await system.send({ appId: APP, userId }));
  const { messageId } = await system.send({ appId: APP, userId: 'nobody' });
  await system.end({ messageId, body: '' });
  const { dynamodb, sqs } = system.clients;
  const { tableName, changeQueueUrl } = system.stack;
  const parked = new DynamoDBParkedChanges(dynamodb, tableName);
  const roster = new DynamoDBRoster(dynamodb, tableName);
  const queue = new SQSRedriveQueue(sqs, changeQueueUrl);
  await leaveUnexplained(system);
  // The sweep leaves a copy alone for five minutes: it was settled before that.
  const clock = { nowMs: () => Date.now() - 6 * 60_000 };
  await redrive(messageId, { parked, roster, queue, events: { publish: async () => {} }, clock });
  await until('the sweep', async () => {
    const shards = Array.from({ length: parked.shards }, (_, shard) =>
      parked.copiesDue(shard, Date.now(), 100),
    );
    return (await Promise.all(shards)).flat().length === 0;
  });
}

/** SQS itself moves what is received again and again: nothing is recorded of it. */
async function leaveUnexplained({ clients, stack }: SystemUnderTest): Promise<void> {
  await clients.sqs.send(
    new SendMessageCommand({
      QueueUrl: stack.deadLetterQueueUrl,
      MessageBody: '{}',
      MessageGroupId: 'g',
      MessageDeduplicationId: 'moved-by-sqs',
    }),
  );
}

/** Somebody leaves behind Rollcall's back; a listing shows it, and a correction brings them in again. */
async function healDrift(system: SystemUnderTest): Promise<void> {
  const { vendor } = system.stack;
  vendor.world.leave(APP, 'c1', { userId: 'ann' });
  await until('the drift to heal', () => system.present(APP).includes('ann'));
}

/** More are in than should be than may be removed at once. */
async function holdRemovals(system: SystemUnderTest): Promise<void> {
  const { world } = system.stack.vendor;
  for (const userId of ['ann', 'bob', 'old'])
    await system.end(await system.send({ appId: APP, userId, action: 'leave' }));
  await sleep(1_000);
  for (const userId of ['ann', 'bob', 'old']) world.join(APP, 'c1', { userId });
  await system.logged({ message: 'plans_held', plans: 1 });
}

/** What the dashboard's widget shows and does. */
async function lookAndActInTheConsole(system: SystemUnderTest): Promise<void> {
  const conversation = { appId: APP, conversationId: 'c1' };
  const fields = { [FIELD.app]: APP, [FIELD.conversation]: 'c1', [FIELD.member]: 'ann' };
  await system.end(await system.send({ appId: APP, userId: 'stranger' }));
  const reason = 'user_not_found';
  await ask(system, 'ShowWidget', {});
  await ask(system, 'ShowWidget', { show: 'parked', reason });
  await ask(system, 'ShowWidget', { show: 'plan', ...conversation });
  await ask(system, 'ShowWidget', { show: 'member', widgetContext: { forms: { all: fields } } });
  await ask(system, 'ActOnWidget', { act: 'redrive', reason, parkedUntilMs: Date.now() });
  await ask(system, 'ActOnWidget', { act: 'discard', reason: 'unexplained', parkedUntilMs: Date.now() });
  const plan = await new DynamoDBRoster(system.clients.dynamodb, system.stack.tableName).conversation(
    conversation,
  );
  await ask(system, 'ActOnWidget', { act: 'approve', ...conversation, hash: plan?.held?.hash ?? '' });
}

async function ask({ stack }: SystemUnderTest, name: string, event: object): Promise<void> {
  const asked = [...stack.embedded.functions.values()].find(({ logicalId }) => logicalId.includes(name));
  const outcome = await asked?.invoke(event);
  if (outcome?.kind !== 'returned') throw new Error(`${name} did not answer: ${JSON.stringify(outcome)}`);
}

/** Hints, a merge, and a user and a conversation that end. */
async function hearOfTheVendor(system: SystemUnderTest): Promise<void> {
  const conversation = { id: 'c1', type: 'sdkGroup' };
  const events = [
    { type: 'conversation:join', payload: { conversation, user: { id: 'cy' } } },
    { type: 'user:merge', payload: { mergedUsers: { surviving: { id: 'cy' }, discarded: { id: 'bob' } } } },
    { type: 'user:remove', payload: { user: { id: 'old' } } },
    { type: 'conversation:remove', payload: { conversation } },
  ];
  for (const event of events) {
    const told = { id: randomUUID(), createdAt: new Date().toISOString(), ...event };
    const body = JSON.stringify({ app: { id: APP }, webhook: { id: 'w', version: 'v2' }, events: [told] });
    const headers = { 'content-type': 'application/json', 'x-api-key': KEY };
    const answer = await fetch(`${system.stack.webhookUrl}/sunshine/${APP}`, {
      method: 'POST',
      headers,
      body,
    });
    if (!answer.ok) throw new Error(`the webhook was answered with ${answer.status}`);
    await system.logged({ message: 'vendor_event', eventId: told.id });
  }
}

/** A producer outside AWS sends a change. */
async function takeSignedChange(system: SystemUnderTest): Promise<void> {
  const occurredAt = new Date().toISOString();
  const change = { id: 'signed', action: 'join', appId: APP, conversationId: 'c1', userId: 'cy', occurredAt };
  const [id, at, body] = [randomUUID(), new Date(), JSON.stringify(change)];
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(SIGNING_SECRET).sign(id, at, body),
  };
  const answer = await fetch(`${system.stack.webhookUrl}/changes`, { method: 'POST', headers, body });
  if (answer.status !== 202) throw new Error(`the signed change was answered with ${answer.status}`);
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 60_000;
  while (!(await isSo())) {
    if (performance.now() > untilMs) throw new Error(`waited in vain for ${what}`);
    await sleep(200);
  }
}
