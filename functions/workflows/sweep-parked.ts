import type { QueueMessage } from '../core/message.ts';
import { decideCopy, itemOfCopy, parkedMessageId } from '../core/parked.ts';
import type { ParkedItem } from '../core/roster.ts';
import type { Clock, DeadLetterQueue, ParkedCopies, Roster } from './ports.ts';
import type { Deadline } from './vendor-calls.ts';

export interface SweepPorts {
  readonly copies: ParkedCopies;
  readonly deadLetters: DeadLetterQueue;
  readonly roster: Pick<Roster, 'member'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** What a sweep came by on the dead-letter queue. */
export interface Sweep {
  readonly seen: number;
  /** Settled changes whose copies are gone now. */
  readonly deleted: ReadonlySet<string>;
  readonly adopted: number;
  /** Whether it came to the end of what could be received. */
  readonly isComplete: boolean;
}

/** Kept back for the page under way when time runs out. */
const PAGE_MS = 5_000;
const DUE_MAX = 100;
/** A copy that a sweep did not find is hidden, stands behind another one, or is gone: looked for again after so long. */
const NOT_FOUND_MS = 6 * 3_600_000;

/** Sweeps the dead-letter queue if anything was settled whose copy is still there. */
export async function sweepSettled(ports: SweepPorts, deadline: Deadline): Promise<Sweep | undefined> {
  const { copies, clock } = ports;
  const untilMs = clock.nowMs();
  const shards = Array.from({ length: copies.shards }, (_, shard) =>
    copies.copiesDue(shard, untilMs, DUE_MAX),
  );
  const due = (await Promise.all(shards)).flat();
  if (due.length === 0) return undefined;
  const sweep = await sweepParked(ports, deadline);
  // What was not come by may stand further back: it stays due, and the next sweep goes on.
  if (!sweep.isComplete) return sweep;
  const missing = due.filter((messageId) => !sweep.deleted.has(messageId));
  for (const messageId of missing) await copies.postponeCopy(messageId, clock.nowMs() + NOT_FOUND_MS);
  return sweep;
}

/**
 * Goes through the dead-letter queue once: deletes the copies of what is settled, and records what nothing is recorded
 * of. SQS can delete only what was received, and what was received is hidden for a while; nobody else consumes it.
 */
export async function sweepParked(ports: SweepPorts, deadline: Deadline): Promise<Sweep> {
  const { copies, deadLetters, clock } = ports;
  const deleted = new Set<string>();
  let [seen, adopted] = [0, 0];
  while (deadline.remainingMs() > PAGE_MS) {
    const page = await deadLetters.receive();
    if (page.length === 0) return { seen, deleted, adopted, isComplete: true };
    seen += page.length;
    for (const copy of page) {
      const messageId = parkedMessageId(copy);
      switch (decideCopy(await copies.record(messageId), clock.nowMs())) {
        case 'delete':
          await deadLetters.delete(copy);
          await copies.copyDeleted(messageId);
          deleted.add(messageId);
          break;
        case 'adopt':
          await copies.adopt(await itemFor(copy, ports));
          adopted += 1;
          break;
        case 'keep':
          break;
      }
    }
  }
  return { seen, deleted, adopted, isComplete: false };
}

/** Of a message that its row names, the row knows when it first arrived: SQS may count that anew where it moves one. */
async function itemFor(copy: QueueMessage, { roster, clock }: SweepPorts): Promise<ParkedItem> {
  const item = itemOfCopy(copy, clock.nowMs());
  const message = item.key && (await roster.member(item.key))?.message;
  return message?.messageId === item.message.messageId ? { ...item, message } : item;
}
