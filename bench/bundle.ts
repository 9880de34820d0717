import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { REPLACED_PACKAGES } from '../lib/rollcall-function.ts';

const inProject = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What is put in the place of which file. Paths from the project's root, their beginnings left out on the left. */
export type StandIns = Readonly<Record<string, string>>;

/** The consumer's table in memory. */
export const ROSTER_IN_MEMORY: StandIns = { 'adapters/roster.ts': 'bench/rollcall/roster-in-memory.ts' };
/** The reconciler's table in memory. */
export const RECONCILE_ROSTER_IN_MEMORY: StandIns = {
  'adapters/reconcile-roster.ts': 'bench/rollcall/reconcile-roster-in-memory.ts',
};

/** The vendor's client is written for `require`, which bundles of the other kind do not have. */
const NEEDS_REQUIRE = /vendor-client/;

/**
 * Bundles an entry as the deployment does, and gives the bundle's path. What the deployment puts in the place of packages
 * is a part of Rollcall: others have it only where it is asked for.
 */
export async function bundle(
  entry: string,
  outdir: string,
  standIns: StandIns = {},
  replaces = entry.startsWith('functions/'),
): Promise<string> {
  const format = NEEDS_REQUIRE.test(entry) ? 'cjs' : 'esm';
  const name = `${entry.replaceAll(/\W/g, '-')}${Object.keys(standIns).length}${replaces ? '-replaced' : ''}`;
  const outfile = join(outdir, `${name}.${format === 'cjs' ? 'cjs' : 'mjs'}`);
  await build({
    entryPoints: [inProject(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format,
    mainFields: ['module', 'main'],
    alias: replaces ? { ...REPLACED_PACKAGES } : {},
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
    plugins: [standIn(standIns)],
    inject: Object.keys(standIns).length > 0 ? [inProject('bench/rollcall/hand-on.ts')] : [],
  });
  return outfile;
}

export function kibOf(file: string): number {
  return statSync(file).size / 1024;
}

function standIn(standIns: StandIns): Plugin {
  return {
    name: 'stand-in',
    setup({ onResolve }) {
      for (const [place, file] of Object.entries(standIns)) {
        const filter = new RegExp(`/${place.replaceAll(/[.]/g, '\\.')}$`);
        onResolve({ filter }, () => ({ path: inProject(file) }));
      }
    },
  };
}
