/** How Lambda starts Node: a tenth of a function's memory is for young objects, in two halves, the rest for old ones. */
export function lambdaNodeOptions(memoryMb: number): string[] {
  const youngMb = Math.floor(memoryMb / 10);
  return [`--max-semi-space-size=${Math.floor(youngMb / 2)}`, `--max-old-space-size=${memoryMb - youngMb}`];
}
