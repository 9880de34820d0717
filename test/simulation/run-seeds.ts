import { Worker } from 'node:worker_threads';
import type { RunResult } from './simulate.ts';

/** CI has two cores. */
const WORKERS = 2;
const CHUNK = 20;

/** Runs seeds on several cores; tells each result as it comes, in no order that means anything. */
export async function runSeeds(
  from: number,
  count: number,
  onResult: (result: RunResult) => void,
): Promise<void> {
  const seeds = Array.from({ length: count }, (_, index) => from + index);
  await Promise.all(Array.from({ length: WORKERS }, () => work(seeds, onResult)));
}

function work(seeds: number[], onResult: (result: RunResult) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    const next = () => {
      const chunk = seeds.splice(0, CHUNK);
      if (chunk.length > 0) return worker.postMessage(chunk);
      resolve(worker.terminate().then(() => undefined));
    };
    worker.on('message', (message: RunResult | 'done') => (message === 'done' ? next() : onResult(message)));
    worker.on('error', reject);
    next();
  });
}
