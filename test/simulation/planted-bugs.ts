import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { Finding } from './find-violation.ts';

const USAGE = `Plants known bugs one by one and shows that the simulation finds each.

  npm run planted-bugs                       all of test/simulation/planted-bugs/*.patch
  npm run planted-bugs -- --only NAME        one of them
      --seeds N                              try so many seeds, and the crash points after them
      --json                                 end with a line of JSON`;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PATCHES = join(ROOT, 'test/simulation/planted-bugs');
/** What the simulation runs, and what that imports. */
const NEEDED = ['package.json', 'functions/core', 'functions/workflows', 'test/simulation', 'test/support'];
/** CI has two cores. */
const AT_ONCE = 2;
/** Longer than all seeds and crash points take: a bug that runs on for ever is found, too. */
const TIMEOUT_MS = 5 * 60_000;

type Result = Finding & { readonly bug: string; readonly tookMs: number };

const run = promisify(execFile);
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '600' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else await plantAll();

async function plantAll(): Promise<void> {
  const files = (await readdir(PATCHES)).filter((file) => file.endsWith('.patch')).toSorted();
  const bugs = files.map((file) => file.replace('.patch', ''));
  const waiting = values.only === undefined ? bugs : bugs.filter((bug) => bug === values.only);
  const results: Result[] = [];
  const work = async () => {
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
      const result = await plant(bug);
      results.push(result);
      console.log(lineOf(result));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const survivors = results.filter(({ caught }) => !caught).map(({ bug }) => bug);
  console.log(`\n${results.length - survivors.length} of ${results.length} planted bugs were caught`);
  if (survivors.length > 0) console.log(`Not caught: ${survivors.join(', ')}`);
  if (values.json) console.log(JSON.stringify({ bugs: results.length, survivors, results }));
  process.exitCode = results.length === 0 || survivors.length > 0 ? 1 : 0;
}

/** Runs the simulation over a copy of the tree that has this bug. */
async function plant(bug: string): Promise<Result> {
  const copy = await mkdtemp(join(tmpdir(), 'planted-bug-'));
  const startedMs = Date.now();
  try {
    for (const path of NEEDED) await cp(join(ROOT, path), join(copy, path), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    // A copy inside some other repository must not be taken for a part of that one.
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() };
    await run('git', ['apply', '-C1', join(PATCHES, `${bug}.patch`)], { cwd: copy, env });
    return { bug, ...(await search(copy)), tookMs: Date.now() - startedMs };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function search(copy: string): Promise<Finding> {
  const args = ['test/simulation/find-violation.ts', '--seeds', values.seeds];
  try {
    const { stdout } = await run(process.execPath, args, { cwd: copy, timeout: TIMEOUT_MS });
    return JSON.parse(stdout) as Finding;
  } catch (error) {
    if (!(error instanceof Error && 'killed' in error && error.killed)) throw error;
    return { caught: true, rule: 'it ends at all', where: `not within ${TIMEOUT_MS} ms`, tried: 0 };
  }
}

function lineOf(result: Result): string {
  const { bug, tried, tookMs } = result;
  const found = result.caught ? `${result.rule} (${result.where})` : 'NOT CAUGHT';
  return `${bug.padEnd(38)} ${String(tried).padStart(6)} runs ${String(tookMs).padStart(7)} ms  ${found}`;
}
