import { setTimeout as sleep } from 'node:timers/promises';
import { startFakeVendor } from '../../local/fake-vendor/server.ts';
import { seededRandom } from '../../local/seeded-random.ts';
import { serve } from '../worker/child.ts';
import { KEY, type VendorApp, type VendorProcessOptions, type VendorQuestion } from './apps.ts';

/* The fake vendor in a process of its own: `process.ts OPTIONS`. It counts what it sees, app by app. */

const { latencyMs, arrivalJitterMs }: VendorProcessOptions = JSON.parse(process.argv[2] ?? '{}');
const random = seededRandom(1);
const seen = new Map<string, { requests: number; changes: [string, number][] }>();

const vendor = await startFakeVendor({
  latencyMs,
  onRequest: ({ appId }) => {
    const counts = seen.get(appId);
    if (counts) counts.requests += 1;
    return arrivalJitterMs > 0 ? sleep(arrivalJitterMs * random(), undefined) : undefined;
  },
  onMembershipEvent: ({ appId, user }) => seen.get(appId)?.changes.push([user.id, nowMs()]),
});

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function addApp(app: VendorApp): string {
  const { appId, members, conversations, isFull = false, requestsPerSecond } = app;
  const who = Array.from({ length: members }, (_, member) => ({ userId: `u${member}` }));
  vendor.world.addApp({
    appId,
    keys: [KEY],
    users: who,
    conversations: Array.from({ length: conversations }, (_, index) => ({
      conversationId: `c${index}`,
      ...(isFull && { participants: who }),
    })),
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
  });
  seen.set(appId, { requests: 0, changes: [] });
  return vendor.url;
}

function participants(appId: string): string[] {
  const conversations = [...vendor.world.app(appId).conversations.values()];
  return conversations.flatMap((each) => each.participants.inOrder.map(({ userId }) => userId));
}

serve<VendorQuestion>((question) => {
  switch (question.kind) {
    case 'addApp':
      return addApp(question.app);
    case 'counts':
      return seen.get(question.appId);
    case 'participants':
      return participants(question.appId);
    case 'setLatency':
      return vendor.setLatency(question.latencyMs);
    default:
      return question satisfies never;
  }
});
