import type { Figure } from './figure.ts';
import type { LinePlot } from './plot.ts';
import type { Deployment } from './rollcall/deployment.ts';
import type { Table } from './table.ts';

/** What every case works with. */
export interface Bench {
  /** Fewer and shorter rounds: all cases together within three minutes. */
  readonly quick: boolean;
  readonly deployment: Deployment;
  /** Bundles as the deployment does; one that was bundled before is not bundled again. */
  bundle(entry: string, standIns?: Readonly<Record<string, string>>, replaces?: boolean): Promise<string>;
}

export interface CaseResult {
  readonly figures: readonly Figure[];
  readonly tables: readonly Table[];
  readonly plots?: Readonly<Record<string, LinePlot>>;
}

export interface Case {
  readonly name: string;
  run(bench: Bench): Promise<CaseResult>;
}
