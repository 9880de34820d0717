/** The value in the middle; of an even number of values the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const inOrder = values.toSorted((one, other) => one - other);
  const upper = inOrder[inOrder.length >> 1] ?? Number.NaN;
  return inOrder.length % 2 === 1 ? upper : ((inOrder[(inOrder.length >> 1) - 1] ?? Number.NaN) + upper) / 2;
}

/** The smallest and the largest value. */
export function spread(values: readonly number[]): readonly [least: number, most: number] {
  return [Math.min(...values), Math.max(...values)];
}

/** The value that a share of all values, from 0 to 1, does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const inOrder = values.toSorted((one, other) => one - other);
  return (
    inOrder[Math.min(inOrder.length - 1, Math.max(0, Math.ceil(share * inOrder.length) - 1))] ?? Number.NaN
  );
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
