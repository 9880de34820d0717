import { serve } from '../worker/child.ts';
import type { Listed, Lister, ListingOptions, ListingQuestion } from './protocol.ts';

/* Something that lists, in a process of its own: `process.ts OPTIONS`. */

const { lister, target, appId }: ListingOptions = JSON.parse(process.argv[2] ?? '');
const { start } = (await import(`./${lister}.ts`)) as Lister;
const listAll = await start(target, appId);

serve<ListingQuestion>(async ({ from, to, atOnce }): Promise<Listed> => {
  const ids = Array.from({ length: to - from }, (_, index) => `c${from + index}`);
  const startedMs = performance.now();
  await listAll(ids, atOnce);
  return { ms: performance.now() - startedMs, peakMb: process.resourceUsage().maxRSS / 1_024 };
});
