import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Coverage } from './coverage.ts';
import { generateScenario } from './generate-scenario.ts';
import { runSeeds } from './run-seeds.ts';
import { faultName } from './scenario.ts';
import { everything, keeping, shrink } from './shrink.ts';
import { type RunResult, simulate } from './simulate.ts';

const USAGE = `Runs the real workflows under faults, in virtual time.

  npm run simulate -- --seeds 10000          run seeds 1 to 10000
  npm run simulate -- --seeds 500 --from 77  run seeds 77 to 576
  npm run simulate -- --from 77 --trace      show seed 77 step by step
      --changes 3,5 --faults 0 --operators none   with these changes, faults and operators' acts only
  --json                                     end with a line of JSON`;

const PROGRESS_MS = 5_000;
const FAILURES_SHOWN = 3;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    changes: { type: 'string' },
    faults: { type: 'string' },
    operators: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else if (values.trace) await replay(Number(values.from));
else await runAll(Number(values.from), Number(values.seeds));

async function runAll(from: number, count: number): Promise<void> {
  const results: RunResult[] = [];
  const startedMs = Date.now();
  let toldMs = startedMs;
  await runSeeds(from, count, (result) => {
    results.push(result);
    if (Date.now() - toldMs < PROGRESS_MS) return;
    toldMs = Date.now();
    const failed = results.filter(({ violations }) => violations.length > 0).length;
    console.log(`${results.length} of ${count} seeds, ${failed} failed`);
  });
  results.sort((a, b) => a.seed - b.seed);
  const failures = results.filter(({ violations }) => violations.length > 0);
  for (const failure of failures.slice(0, FAILURES_SHOWN)) await explain(failure);
  if (failures.length > FAILURES_SHOWN)
    console.log(
      `\nFailed as well: ${failures
        .slice(FAILURES_SHOWN)
        .map(({ seed }) => seed)
        .join(' ')}`,
    );
  summarise(results, Date.now() - startedMs);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

function summarise(results: readonly RunResult[], tookMs: number): void {
  const coverage = new Coverage();
  for (const result of results) coverage.add(result.coverage);
  const sum = (field: 'steps' | 'faults') => results.reduce((total, result) => total + result[field], 0);
  const violations = results.reduce((total, result) => total + result.violations.length, 0);
  const traceHash = createHash('sha256')
    .update(results.map((result) => result.traceHash).join(' '))
    .digest('hex');
  const total = { seeds: results.length, steps: sum('steps'), faults: sum('faults'), violations };
  for (const [kind, names] of Object.entries(coverage.toJSON())) {
    console.log(`\n${kind}`);
    for (const [name, times] of Object.entries(names)) console.log(`  ${String(times).padStart(9)}  ${name}`);
  }
  const { seeds, steps, faults } = total;
  console.log(`\n${seeds} seeds, ${steps} steps, ${faults} faults, ${violations} violations in ${tookMs} ms`);
  if (values.json) console.log(JSON.stringify({ ...total, traceHash: traceHash.slice(0, 16), coverage }));
}

/** Tells what failed, as small as it gets, and how to see it again. */
async function explain({ seed, violations }: RunResult): Promise<void> {
  const [first] = violations;
  if (!first) return;
  console.log(`\nSeed ${seed}: ${first.rule}: ${first.detail}`);
  const scenario = generateScenario(seed);
  const kept = await shrink(scenario, async (smaller) =>
    (await simulate(smaller)).violations.some(({ rule }) => rule === first.rule),
  );
  const smallest = keeping(scenario, kept);
  for (const { id, sentAtMs, action, memberId, conversationId, group, flaw } of smallest.changes)
    console.log(`  ${sentAtMs} ms: ${action} ${memberId} ${conversationId} ${id} by ${group} ${flaw ?? ''}`);
  for (const fault of smallest.faults) console.log(`  ${faultName(fault)} ${JSON.stringify(fault)}`);
  for (const act of smallest.operators) console.log(`  operator ${JSON.stringify(act)}`);
  const list = (places: readonly number[]) => places.join(',') || 'none';
  const options = `--changes ${list(kept.changes)} --faults ${list(kept.faults)} --operators ${list(kept.operators)}`;
  console.log(`  npm run simulate -- --trace --from ${seed} ${options}`);
}

async function replay(seed: number): Promise<void> {
  const scenario = generateScenario(seed);
  const all = everything(scenario);
  const places = (text: string | undefined, otherwise: readonly number[]) =>
    text === undefined ? otherwise : text === 'none' ? [] : text.split(',').map(Number);
  const kept = {
    changes: places(values.changes, all.changes),
    faults: places(values.faults, all.faults),
    operators: places(values.operators, all.operators),
  };
  const { trace, violations } = await simulate(keeping(scenario, kept), { keepTrace: true });
  console.log(trace.join('\n'));
  for (const { rule, detail } of violations) console.log(`${rule}: ${detail}`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
