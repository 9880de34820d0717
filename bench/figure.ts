/** One thing that is measured against a target. */
export interface Figure {
  /** As `--json` names it. */
  readonly name: string;
  readonly meaning: string;
  readonly value: number;
  /** Absent: shown beside another figure, without a target of its own. */
  readonly target?: number;
  readonly better: 'less' | 'more' | 'equal';
  /** The same thing done by the best of the alternatives; absent where none does it. */
  readonly bestPeer?: number;
  /** Why this run cannot tell whether the target is met. */
  readonly undecided?: string;
}

export interface FigureJson {
  readonly value: number;
  readonly target: number | null;
  readonly met: boolean | null;
  readonly bestPeer: number | null;
}

/** Whether the target is met; null: not to be told from this run. */
export function isMet({ value, target, better, undecided }: Figure): boolean | null {
  if (target === undefined || undecided !== undefined || Number.isNaN(value)) return null;
  switch (better) {
    case 'less':
      return value <= target;
    case 'more':
      return value >= target;
    case 'equal':
      return value === target;
    default:
      return better satisfies never;
  }
}

/** What a program reads: `{"figures":{"name":{"value","target","met","bestPeer"}}}`. */
export function toJson(figures: readonly Figure[]): {
  readonly figures: Readonly<Record<string, FigureJson>>;
} {
  const entries = figures.map((figure) => {
    const { name, value, target = null, bestPeer } = figure;
    const json = { value: rounded(value), target, met: isMet(figure), bestPeer: bestPeer ?? null };
    return [name, { ...json, bestPeer: bestPeer === undefined ? null : rounded(bestPeer) }] as const;
  });
  return { figures: Object.fromEntries(entries) };
}

/** Four digits that mean something are more than any of these measurements has. */
export function rounded(value: number): number {
  return Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(4));
}
