import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { sectionOf, withSection } from './generated-section.ts';
import {
  SETTING_NAMES,
  SETTING_PREFIX,
  type SettingName,
  settingsSchema,
  TIMING_DESCRIPTIONS,
} from './settings.ts';

/*
 * Writes the table of settings in docs/configuration.md from the schema that reads them:
 *
 *   node lib/configuration-doc.ts
 */

export const DOCUMENT = fileURLToPath(new URL('../docs/configuration.md', import.meta.url));

const SETTINGS = sectionOf('settings', 'node lib/configuration-doc.ts');

type SettingSchema = z.core.JSONSchema.JSONSchema;

/** The document with its table as the schema has it now. */
export function withCurrentTable(document: string): string {
  return withSection(document, SETTINGS, settingsTable());
}

function settingsTable(): string {
  const properties = z.toJSONSchema(settingsSchema, { io: 'input' }).properties ?? {};
  const rows = SETTING_NAMES.map((name) => row(name, properties[name] as SettingSchema));
  return ['| setting | default | accepts | what it does |', '|---|---|---|---|', ...rows].join('\n');
}

function row(name: SettingName, schema: SettingSchema): string {
  const description = schema.description ?? (TIMING_DESCRIPTIONS as Record<string, string>)[name] ?? '';
  return `| \`${SETTING_PREFIX}${name}\` | ${defaultOf(schema)} | ${accepts(schema)} | ${description} |`;
}

function defaultOf(schema: SettingSchema): string {
  if (schema.default === undefined) return '';
  return Array.isArray(schema.default) ? 'none' : `\`${String(schema.default)}\``;
}

function accepts(schema: SettingSchema): string {
  if (schema.enum) return schema.enum.map(String).join(', ');
  switch (schema.type) {
    case 'integer':
      return schema.minimum === undefined
        ? 'whole number above 0'
        : `whole number, ${schema.minimum} to ${schema.maximum}`;
    case 'number':
      return `number, ${schema.minimum} to ${schema.maximum}`;
    case 'boolean':
      return '`true`, `false`';
    case 'array':
      return 'list; with `-c`, separated by commas';
    default:
      return 'text';
  }
}

if (import.meta.main) writeFileSync(DOCUMENT, withCurrentTable(readFileSync(DOCUMENT, 'utf8')));
