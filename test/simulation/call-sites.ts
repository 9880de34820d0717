import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WORKFLOWS = fileURLToPath(new URL('../../functions/workflows/', import.meta.url));

/** What the simulated functions run. What only a command runs is not among it. */
const ENTRIES = [
  'apply-changes.ts',
  'plan-reconciles.ts',
  'reconcile-conversations.ts',
  'parked-changes.ts',
  'sweep-parked.ts',
];
/** What is given at once and cannot fail: there is no request in it. */
const NO_REQUESTS: ReadonlySet<string> = new Set([
  'Clock',
  'Telemetry',
  'VendorAnswer',
  'DueConversation',
  'HeldConversation',
  'ReconcileRun',
]);

/** Every place in the workflows where a port's method is called, as `file:line method`. */
export function callSites(): string[] {
  const ports = readFileSync(`${WORKFLOWS}ports.ts`, 'utf8');
  const interfaces = [...ports.matchAll(/export interface (\w+) \{([\s\S]*?)\n\}/g)].filter(
    ([, name = '']) => !NO_REQUESTS.has(name),
  );
  const methods = interfaces.flatMap(([, , body = '']) =>
    [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name),
  );
  const files = [...withImports(ENTRIES)].filter((file) => file !== 'ports.ts');
  const receivers = receiversIn(
    files,
    interfaces.map(([, name = '']) => name),
  );
  const call = new RegExp(`\\b(?:${receivers.join('|')})\\s*\\.\\s*(${methods.join('|')})\\(`, 'g');
  return files.flatMap((file) => {
    const text = readFileSync(`${WORKFLOWS}${file}`, 'utf8');
    return [...text.matchAll(call)].map((match) => `${file}:${lineOf(text, endOf(match))} ${match[1]}`);
  });
}

function withImports(files: readonly string[], known = new Set<string>()): Set<string> {
  for (const file of files) {
    if (known.has(file)) continue;
    known.add(file);
    const imported = readFileSync(`${WORKFLOWS}${file}`, 'utf8').matchAll(/from '\.\/([\w-]+\.ts)'/g);
    withImports(
      [...imported].map(([, name = '']) => name),
      known,
    );
  }
  return known;
}

/** The names that fields and parameters of a port's type have. */
function receiversIn(files: readonly string[], ports: readonly string[]): string[] {
  const declared = new RegExp(`(\\w+): (?:Pick<)?(?:${ports.join('|')})\\b`, 'g');
  const names = files.flatMap((file) =>
    [...readFileSync(`${WORKFLOWS}${file}`, 'utf8').matchAll(declared)].map(([, name = '']) => name),
  );
  return [...new Set(names)];
}

function endOf({ index, 0: text }: RegExpMatchArray): number {
  return (index ?? 0) + text.length - 1;
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/** Where in the workflows the call under way was made. */
export function callSite(method: string): string {
  const frame = /workflows\/([\w-]+\.ts)(?:\?[^:]*)?:(\d+)/.exec(new Error('here').stack ?? '');
  return `${frame?.[1]}:${frame?.[2]} ${method}`;
}
