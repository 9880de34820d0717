import { parentPort } from 'node:worker_threads';
import { generateScenario } from './generate-scenario.ts';
import { simulate } from './simulate.ts';

/** Runs the seeds it is sent, one after the other, and answers with what each came to. */
parentPort?.on('message', async (seeds: readonly number[]) => {
  for (const seed of seeds) parentPort?.postMessage(await simulate(generateScenario(seed)));
  parentPort?.postMessage('done');
});
