import { nextDueMs } from '../core/due.ts';
import type { Timings } from '../core/timings.ts';
import type {
  Clock,
  DueConversation,
  DueConversations,
  ReconcileQueue,
  ReconcileRuns,
  Telemetry,
} from './ports.ts';
import type { Deadline } from './vendor-calls.ts';

export interface PlanReconcilesPorts {
  readonly conversations: DueConversations & Pick<ReconcileRuns, 'countPlanned'>;
  readonly queue: ReconcileQueue;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** What one SQS batch takes. */
const PAGE = 10;
/** Kept back for the page under way when time runs out. */
const PAGE_MS = 1_000;

/**
 * Puts one message per due conversation on the reconcile queue. It sends before it moves the due time on, so a run that
 * dies repeats itself rather than forget; overlapping runs send some twice, which costs a listing.
 */
export async function planReconciles(
  ports: PlanReconcilesPorts,
  timings: Timings,
  deadline: Deadline,
): Promise<void> {
  const untilMs = ports.clock.nowMs();
  const shards = Array.from({ length: ports.conversations.shards }, (_, shard) =>
    planShard(shard, untilMs, ports, timings, deadline),
  );
  const planned = (await Promise.all(shards)).reduce((sum, count) => sum + count, 0);
  if (planned > 0)
    await ports.conversations.countPlanned(Math.floor(untilMs / timings.reconcileIntervalMs), planned);
  ports.telemetry.emit({ name: 'reconciles_planned', conversations: planned });
}

async function planShard(
  shard: number,
  untilMs: number,
  ports: PlanReconcilesPorts,
  timings: Timings,
  deadline: Deadline,
): Promise<number> {
  const { conversations, queue, clock } = ports;
  const planned = new Set<string>();
  while (deadline.remainingMs() > PAGE_MS) {
    const page = await conversations.due(shard, untilMs, PAGE);
    // The index lags: what this run has sent may show again. A page of nothing else is the end.
    const fresh = page.filter(({ key }) => !planned.has(JSON.stringify(key)));
    if (fresh.length === 0) return planned.size;
    const refused = new Set(await queue.send(fresh.map(({ key }) => key)));
    const sent = fresh.filter(({ key }) => !refused.has(key));
    await Promise.all(sent.map((due) => postpone(due, clock.nowMs(), conversations, timings)));
    for (const { key } of fresh) planned.add(JSON.stringify(key));
  }
  return planned.size;
}

async function postpone(
  due: DueConversation,
  nowMs: number,
  conversations: DueConversations,
  timings: Timings,
) {
  await conversations.postpone(due, nextDueMs(due.key, nowMs, timings.reconcileIntervalMs));
}
