import { setTimeout } from 'node:timers/promises';

/** The machine's time and chance. */
export const systemClock = {
  nowMs: () => Date.now(),
  sleep: (ms: number) => setTimeout(ms),
  random: () => Math.random(),
};
