import type { Coverage } from './coverage.ts';
import {
  type CallFaultHow,
  type Fault,
  type FunctionName,
  faultName,
  type OutageHow,
  type Scenario,
} from './scenario.ts';

export interface CallFault {
  readonly how: CallFaultHow;
  readonly forMs: number;
}

/** The scenario's faults, asked for at each place where one may strike. Counts those that did. */
export class FaultPlan {
  readonly #calls = new Map<string, Extract<Fault, { kind: 'call' }>[]>();
  readonly #callCounts = new Map<string, number>();
  readonly #faults: readonly Fault[];
  readonly #startMs: number;
  readonly #coverage: Coverage;
  readonly #struck = new Set<Fault>();
  #vendorCalls = 0;
  #pages = 0;
  #acknowledgements = 0;
  #sends = 0;
  #over = false;

  constructor({ faults }: Scenario, startMs: number, coverage: Coverage) {
    this.#faults = faults;
    this.#startMs = startMs;
    this.#coverage = coverage;
    for (const fault of faults) {
      if (fault.kind !== 'call') continue;
      const key = `${fault.function} ${fault.port}`;
      this.#calls.set(key, [...(this.#calls.get(key) ?? []), fault]);
    }
  }

  get struck(): number {
    return this.#struck.size;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** From now on nothing goes wrong. */
  end(): void {
    this.#over = true;
  }

  atCall(functionName: FunctionName, port: string): CallFault | undefined {
    const key = `${functionName} ${port}`;
    const nth = (this.#callCounts.get(key) ?? 0) + 1;
    this.#callCounts.set(key, nth);
    return this.#strike(this.#calls.get(key)?.find((fault) => fault.nth === nth));
  }

  atVendorCall() {
    this.#vendorCalls += 1;
    return this.#strike(this.#find('vendor', (fault) => fault.nth === this.#vendorCalls));
  }

  atPage() {
    this.#pages += 1;
    return this.#strike(this.#find('page', (fault) => fault.nth === this.#pages));
  }

  isAcknowledgementLost(): boolean {
    this.#acknowledgements += 1;
    return (
      this.#strike(this.#find('acknowledgement_lost', (fault) => fault.nth === this.#acknowledgements)) !==
      undefined
    );
  }

  isSendPartial(): boolean {
    this.#sends += 1;
    return this.#strike(this.#find('partial_send', (fault) => fault.nth === this.#sends)) !== undefined;
  }

  outage(appId: string, nowMs: number): OutageHow | undefined {
    return this.#strike(this.#find('outage', (fault) => fault.appId === appId && this.#holds(fault, nowMs)))
      ?.how;
  }

  secret(appId: string, nowMs: number) {
    return this.#strike(this.#find('secret', (fault) => fault.appId === appId && this.#holds(fault, nowMs)))
      ?.how;
  }

  isTableOut(nowMs: number): boolean {
    return this.#strike(this.#find('table_outage', (fault) => this.#holds(fault, nowMs))) !== undefined;
  }

  /** How far the index lags behind the table. */
  indexLagMs(nowMs: number): number {
    return this.#strike(this.#find('index_lag', (fault) => this.#holds(fault, nowMs)))?.forMs ?? 0;
  }

  /** Faults that strike at a time of their own. */
  count(fault: Fault): void {
    this.#strike(fault);
  }

  #find<Kind extends Fault['kind']>(
    kind: Kind,
    fits: (fault: Extract<Fault, { kind: Kind }>) => boolean,
  ): Extract<Fault, { kind: Kind }> | undefined {
    const isIt = (fault: Fault): fault is Extract<Fault, { kind: Kind }> => fault.kind === kind;
    return this.#faults.filter(isIt).find(fits);
  }

  #holds({ fromMs, forMs }: { fromMs: number; forMs: number }, nowMs: number): boolean {
    const atMs = nowMs - this.#startMs;
    return atMs >= fromMs && atMs < fromMs + forMs;
  }

  #strike<Struck extends Fault>(fault: Struck | undefined): Struck | undefined {
    if (!fault || this.#over) return undefined;
    if (!this.#struck.has(fault)) this.#coverage.count('faults', faultName(fault));
    this.#struck.add(fault);
    return fault;
  }
}
