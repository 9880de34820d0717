import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSEvent } from 'aws-lambda';
import { Toggles } from '../changes.ts';
import { serve } from '../worker/child.ts';
import type { ContestantOptions, ContestantQuestion, Peer, Work } from './protocol.ts';

/* One contestant in a process of its own: `process.ts OPTIONS`. */

const options: ContestantOptions = JSON.parse(process.argv[2] ?? '');
const peer = (await import(`../peers/${options.peer}.ts`)) as Peer;
const apply = await peer.start(options.target);
const toggles = new Toggles(options.population);
let armed: Promise<readonly string[]> = Promise.resolve([]);

/** Made ahead, because what is measured is the handler alone; not too many, because they take memory. */
const BATCHES_AHEAD = 25;
const ahead: SQSEvent[] = [];

/** Works until it has applied so many changes, or for so long. */
async function work(batch: number, changes: number, forMs: number): Promise<Work> {
  let [done, ms, cpuMs, failed] = [0, 0, 0, 0];
  while (done < changes && ms < forMs) {
    while (ahead.length < BATCHES_AHEAD) ahead.push(toggles.next(batch));
    // Asked for once in a while only: the answer itself takes a good part of a batch's time.
    const cpuBefore = process.cpuUsage();
    const startedMs = performance.now();
    while (ahead.length > 0 && done < changes && ms + performance.now() - startedMs < forMs) {
      const event = ahead.shift();
      failed += event ? (await apply(event)).length : 0;
      done += batch;
    }
    ms += performance.now() - startedMs;
    const { user, system } = process.cpuUsage(cpuBefore);
    cpuMs += (user + system) / 1_000;
  }
  return { changes: done, ms, cpuMs, failed, residentMb: process.memoryUsage.rss() / 2 ** 20 };
}

async function arm(batch: number, afterMs: number): Promise<void> {
  const event = ahead.shift() ?? toggles.next(batch);
  armed = sleep(afterMs).then(() => apply(event));
}

serve<ContestantQuestion>(async (question) => {
  switch (question.kind) {
    case 'work':
      return 'changes' in question
        ? work(question.batch, question.changes, Number.POSITIVE_INFINITY)
        : work(question.batch, Number.POSITIVE_INFINITY, question.forMs);
    case 'apply':
      return apply({ Records: [...question.records] });
    case 'arm':
      return arm(question.batch, question.afterMs);
    case 'armed':
      return (await armed).length;
    default:
      return question satisfies never;
  }
});
