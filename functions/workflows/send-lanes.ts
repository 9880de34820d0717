import { batchesOf } from '../core/lanes.ts';

/**
 * Sends all lanes at once, each in its order, and waits for every answer, so that nothing goes on afterwards. A lane ends
 * with its first request that nobody knows the outcome of.
 *
 * @param send says of each item whether it was taken; throws where that is not known
 * @param onFailure is told what `send` threw
 * @returns the items that were taken
 */
export async function sendLanes<Item>(
  lanes: readonly (readonly Item[])[],
  send: (items: readonly Item[]) => Promise<readonly boolean[]>,
  onFailure: (error: unknown) => void,
): Promise<ReadonlySet<Item>> {
  const taken = new Set<Item>();
  const sendLane = async (lane: readonly Item[]) => {
    for (const batch of batchesOf(lane)) {
      const answers = await send(batch);
      batch.filter((_, index) => answers[index]).map((item) => taken.add(item));
    }
  };
  await Promise.all(lanes.map((lane) => sendLane(lane).catch(onFailure)));
  return taken;
}
