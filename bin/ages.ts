import { InvalidArgumentError } from 'commander';

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration as people write it: 90s, 30m, 12h, 7d. */
export function readAge(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (unit === '') throw new InvalidArgumentError('It must be a duration like 90s, 30m, 12h or 7d.');
  return Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS];
}

/** How long something has been so, in its largest unit: 3d. */
export function ageText(ms: number): string {
  const [unit, unitMs] =
    Object.entries(UNITS_MS)
      .toReversed()
      .find(([, each]) => ms >= each) ?? ([...Object.entries(UNITS_MS)][0] as [string, number]);
  return `${Math.max(0, Math.floor(ms / unitMs))}${unit}`;
}
