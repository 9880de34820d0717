/** So many messages one request to SQS takes. */
const BATCH_MAX = 10;

/** The items in requests' portions, in their order. */
export function batchesOf<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / BATCH_MAX);
  return Array.from({ length: count }, (_, index) => items.slice(index * BATCH_MAX, (index + 1) * BATCH_MAX));
}

/**
 * Divides items so that those of one key stay together and in order, and each lane holds about what one request takes.
 * Lanes may be sent all at once; what does not fit into one request of a lane goes in those after it.
 */
export function lanesOf<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const lanes: Item[][] = [];
  for (const ofOneKey of Map.groupBy(items, keyOf).values()) {
    const last = lanes.at(-1);
    if (last && last.length + ofOneKey.length <= BATCH_MAX) last.push(...ofOneKey);
    else lanes.push([...ofOneKey]);
  }
  return lanes;
}
