import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMMON_FIELDS, EVENT_FIELDS, LOG_LINES } from '../functions/core/log-fields.ts';
import { METRICS } from '../functions/core/metrics.ts';
import { sectionOf, withSection } from './generated-section.ts';

/*
 * Writes the tables of docs/telemetry.md from what the functions log and measure:
 *
 *   node lib/telemetry-doc.ts
 */

export const DOCUMENT = fileURLToPath(new URL('../docs/telemetry.md', import.meta.url));

const section = (name: string) => sectionOf(name, 'node lib/telemetry-doc.ts');

/** The document with its tables as the code has them now. */
export function withCurrentTables(document: string): string {
  const tables = [
    ['lines', table(['`message`', 'meaning'], Object.entries(LOG_LINES))],
    ['fields', table(['field', 'meaning'], Object.entries(EVENT_FIELDS))],
    ['common fields', table(['field', 'meaning'], Object.entries(COMMON_FIELDS))],
    ['metrics', table(['metric', 'meaning', 'unit'], metricRows())],
  ] as const;
  return tables.reduce((text, [name, rows]) => withSection(text, section(name), rows), document);
}

function metricRows(): string[][] {
  return Object.entries(METRICS).map(([name, { meaning, unit }]) => [name, meaning, unit]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = rows.map(([name, ...rest]) => `| \`${name}\` | ${rest.join(' | ')} |`);
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...lines].join('\n');
}

if (import.meta.main) writeFileSync(DOCUMENT, withCurrentTables(readFileSync(DOCUMENT, 'utf8')));
