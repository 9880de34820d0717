import { readFileSync } from 'node:fs';

const DOCUMENT = new URL('../../docs/runbook.md', import.meta.url);

export interface RunbookEntry {
  readonly heading: string;
  readonly text: string;
  /** The commands that it has one walk, in their order. */
  readonly commands: readonly string[];
}

/** The entries of one chapter of the runbook: its third-level headings. */
export function runbookEntries(chapter: 'Alarms' | 'Reasons for parking'): RunbookEntry[] {
  const [, text = ''] = readFileSync(DOCUMENT, 'utf8').split(`\n## ${chapter}\n`);
  const [own = ''] = text.split(/\n## /);
  return own
    .split(/^### /m)
    .slice(1)
    .map((entry) => {
      const [heading = '', ...lines] = entry.split('\n');
      return { heading, text: lines.join('\n'), commands: commandsIn(entry) };
    });
}

/** What its commands find in the environment: a variable's name, and the output of the stack that it is. */
export function runbookVariables(): Map<string, string> {
  const exports = readFileSync(DOCUMENT, 'utf8').matchAll(/^export (\w+)=… +# (\w+)$/gm);
  return new Map([...exports].map(([, variable = '', output = '']) => [variable, output]));
}

function commandsIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks.flatMap((block) => block.trim().split('\n'));
}
