/** What runs have reached, counted by kind and name. */
export class Coverage {
  readonly #counts = new Map<string, Map<string, number>>();

  count(kind: string, name: string, times = 1): void {
    const names = this.#counts.get(kind) ?? new Map<string, number>();
    this.#counts.set(kind, names);
    names.set(name, (names.get(name) ?? 0) + times);
  }

  add(other: Record<string, Record<string, number>>): void {
    for (const [kind, names] of Object.entries(other)) {
      for (const [name, times] of Object.entries(names)) this.count(kind, name, times);
    }
  }

  /** Kinds and names in alphabetical order, so that the same runs print the same. */
  toJSON(): Record<string, Record<string, number>> {
    const kinds = [...this.#counts].toSorted(byName);
    return Object.fromEntries(
      kinds.map(([kind, names]) => [kind, Object.fromEntries([...names].toSorted(byName))]),
    );
  }
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
