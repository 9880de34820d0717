import type { Random } from './random.ts';
import type { AppSpec, CallFaultHow, Fault, FunctionName, OutageHow, VendorFaultHow } from './scenario.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const PORTS: Readonly<Record<FunctionName, readonly string[]>> = {
  'apply-changes': ['roster', 'roster', 'vendor', 'queue', 'secrets'],
  'plan-reconciles': ['roster', 'queue'],
  operator: ['parked', 'roster', 'redrive'],
  'reconcile-conversation': ['roster', 'roster', 'vendor', 'corrections', 'changes', 'secrets'],
};
const DEATHS: readonly CallFaultHow[] = [
  'die_before',
  'die_during',
  'die_after',
  'freeze_before',
  'freeze_after',
];
const ERRORS: readonly CallFaultHow[] = ['fail', 'lose', 'repeat'];
const VENDOR: readonly VendorFaultHow[] = [
  'timeout_applied',
  'timeout_lost',
  'timeout_late',
  'error_applied',
  'error',
  'reset',
  'throttle',
  'throttle_for',
];
const OUTAGES: readonly OutageHow[] = [
  'errors',
  'timeouts',
  'throttling',
  'flapping',
  'unauthorized',
  'forbidden',
];
/** Fewer than bring an innocent change under suspicion of being poisonous. */
const DEATHS_MOST = 4;

/** Picks a seed's faults: enough that at least five strike. */
export function generateFaults(random: Random, apps: readonly AppSpec[], spanMs: number): Fault[] {
  const deaths = Array.from({ length: random.int(0, DEATHS_MOST) }, () => callFault(random, DEATHS));
  const errors = Array.from({ length: random.int(4, 6) }, () => callFault(random, ERRORS));
  const vendor = Array.from({ length: random.int(4, 7) }, () => vendorFault(random));
  const pages = Array.from({ length: random.int(1, 3) }, () => pageFault(random));
  const others = Array.from({ length: random.int(3, 5) }, () => otherFault(random, apps, spanMs));
  return [...deaths, ...errors, ...vendor, ...pages, ...others];
}

/** What befalls operators' commands, where they run while things go wrong. */
export function generateOperatorFaults(random: Random): Fault[] {
  return Array.from({ length: random.int(0, 2) }, (): Fault => {
    const how = random.pick([...DEATHS, ...ERRORS]);
    const forMs = how.startsWith('freeze') ? random.pick([5 * SECOND_MS, 10 * MINUTE_MS]) : 0;
    const nth = random.int(1, 6);
    return { kind: 'call', function: 'operator', port: random.pick(PORTS.operator), nth, how, forMs };
  });
}

/** Everything that goes wrong concerns one app alone: its API or its credential. */
export function generateAppFaults(random: Random, app: AppSpec, spanMs: number): Fault[] {
  const { appId } = app;
  const fromMs = () => random.int(0, spanMs);
  const outages = Array.from({ length: random.int(2, 4) }, () => appFault(random, app, fromMs()));
  // Keys change whether anybody calls or not, so that at least five faults strike.
  const rotations = Array.from({ length: 5 }, () => {
    const forMs = random.pick([0, 3 * SECOND_MS, 90 * SECOND_MS, 20 * MINUTE_MS]);
    return { kind: 'rotation', appId, fromMs: fromMs(), forMs } as const;
  });
  return [...outages, ...rotations];
}

function callFault(random: Random, hows: readonly CallFaultHow[]): Fault {
  const functionName = random.pick<FunctionName>([
    'apply-changes',
    'apply-changes',
    'apply-changes',
    'plan-reconciles',
    'reconcile-conversation',
  ]);
  const port = random.pick(PORTS[functionName]);
  const most = port === 'roster' ? 80 : port === 'vendor' ? 25 : 4;
  // Past the function's own time, past the visibility of its messages, or just long enough to be late.
  const forMs = random.pick([5 * SECOND_MS, 40 * SECOND_MS, 200 * SECOND_MS, 15 * MINUTE_MS]);
  return {
    kind: 'call',
    function: functionName,
    port,
    nth: random.int(1, most),
    how: random.pick(hows),
    forMs,
  };
}

function vendorFault(random: Random): Fault {
  const how = random.pick(VENDOR);
  const forMs = random.pick([2 * SECOND_MS, 20 * SECOND_MS, 5 * MINUTE_MS, 40 * MINUTE_MS]);
  return { kind: 'vendor', nth: random.int(1, 30), how, forMs };
}

function pageFault(random: Random): Fault {
  return { kind: 'page', nth: random.int(1, 16), how: random.pick(['repeated', 'stale', 'torn']) };
}

function appFault(random: Random, { appId }: AppSpec, fromMs: number): Fault {
  switch (random.int(0, 2)) {
    case 0:
      return { kind: 'outage', appId, how: random.pick(OUTAGES), fromMs, forMs: outageMs(random) };
    case 1:
      return { kind: 'rotation', appId, fromMs, forMs: random.pick([0, 3 * SECOND_MS, 90 * SECOND_MS]) };
    default: {
      const how = random.pick(['missing', 'malformed', 'unreadable'] as const);
      return { kind: 'secret', appId, how, fromMs, forMs: outageMs(random) };
    }
  }
}

function otherFault(random: Random, apps: readonly AppSpec[], spanMs: number): Fault {
  const app = random.pick(apps);
  const fromMs = random.int(0, spanMs);
  switch (random.int(0, 9)) {
    case 0:
    case 1:
    case 2:
      return appFault(random, app, fromMs);
    case 3:
      return { kind: 'table_outage', fromMs, forMs: random.pick([1, 10, 60]) * SECOND_MS };
    case 4:
      return { kind: 'index_lag', fromMs, forMs: random.pick([1, 5]) * MINUTE_MS };
    case 5:
      return { kind: 'redelivery', fromMs };
    case 6:
      return { kind: 'acknowledgement_lost', nth: random.int(1, 15) };
    case 7:
      return { kind: 'schedule_twice', fromMs };
    case 8:
      return { kind: 'partial_send', nth: random.int(1, 6) };
    default: {
      const declared = random.pick(apps.filter((each) => each.declared));
      const { conversationId } = random.pick(declared.conversations);
      return { kind: 'passes_overlap', fromMs, appId: declared.appId, conversationId };
    }
  }
}

function outageMs(random: Random): number {
  return random.pick([10 * SECOND_MS, 2 * MINUTE_MS, 20 * MINUTE_MS, 2 * HOUR_MS]);
}
