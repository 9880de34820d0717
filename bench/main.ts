/**
 * Measures Rollcall beside its alternatives: `npm run bench -- [--quick] [--json] [--cases a,b]`. The full run of all
 * cases writes the tables of docs/performance.md and its plots.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Bench, Case, CaseResult } from './bench.ts';
import { bundle, type StandIns } from './bundle.ts';
import { churn } from './cases/churn.ts';
import { coldStart } from './cases/cold-start.ts';
import { cpu } from './cases/cpu.ts';
import { dollars } from './cases/dollars.ts';
import { growth } from './cases/growth.ts';
import { latency } from './cases/latency.ts';
import { listing } from './cases/listing.ts';
import { thaw } from './cases/thaw.ts';
import { throttled } from './cases/throttled.ts';
import { throughput } from './cases/throughput.ts';
import { withSection } from './document.ts';
import { toJson } from './figure.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { svgOf } from './plot.ts';
import { Deployment } from './rollcall/deployment.ts';
import { figuresTable, markdown } from './table.ts';

const CASES: readonly Case[] = [
  throughput,
  cpu,
  churn,
  coldStart,
  listing,
  throttled,
  thaw,
  growth,
  dollars,
  latency,
];
const PAGE = new URL('../docs/performance.md', import.meta.url);
const PLOTS = new URL('../docs/performance/', import.meta.url);

const options = optionsOrEnd();
const results = await runAll(options);
const figures = results.flatMap((result) => result.figures);
const tables = [figuresTable(figures), ...results.flatMap((result) => result.tables)];
if (!options.json) console.log(tables.map(markdown).join('\n\n'));
if (options.write || (!options.quick && options.cases === undefined)) writePage();
if (options.json) console.log(JSON.stringify(toJson(figures)));

function optionsOrEnd(): BenchOptions {
  try {
    const names = CASES.map(({ name }) => name);
    return readOptions(process.argv.slice(2), names);
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}`);
    process.exit(2);
  }
}

/** One case after the other: what runs beside another is measured with it. */
async function runAll({ quick, cases }: BenchOptions): Promise<CaseResult[]> {
  const deployment = await Deployment.start();
  const bundles = new Map<string, Promise<string>>();
  const bench: Bench = {
    quick,
    deployment,
    bundle: (entry: string, standIns: StandIns = {}, replaces?: boolean) => {
      const key = JSON.stringify([entry, standIns, replaces]);
      const known = bundles.get(key) ?? bundle(entry, deployment.directory, standIns, replaces);
      bundles.set(key, known);
      return known;
    },
  };
  try {
    const done: CaseResult[] = [];
    for (const each of CASES.filter(({ name }) => cases?.includes(name) ?? true)) {
      const startedMs = performance.now();
      done.push(await each.run(bench));
      console.error(`${each.name}: ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
    }
    return done;
  } finally {
    await deployment.stop();
  }
}

function writePage(): void {
  const [first, ...others] = tables.map(markdown);
  const run = options.quick ? ' by a quick run, of few and short rounds' : '';
  const measured = `Measured on ${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node}${run}.`;
  const plots = results.flatMap((result) => Object.entries(result.plots ?? {}));
  const pictures = plots.map(([name, { title }]) => `![${title}](performance/${name}.svg)`);
  const page = withSection(readFileSync(PAGE, 'utf8'), 'figures', `${measured}\n\n${first}`);
  writeFileSync(PAGE, withSection(page, 'tables', [...others, ...pictures].join('\n\n')));
  mkdirSync(PLOTS, { recursive: true });
  for (const [name, plot] of plots) writeFileSync(new URL(`${name}.svg`, PLOTS), svgOf(plot));
}
