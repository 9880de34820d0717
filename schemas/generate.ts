/**
 * Generates the JSON Schemas of changes and of the events that tell what became of them, each from the schema that the
 * functions themselves use, so that the two are one.
 *
 * Run it as `node schemas/generate.ts` after a change to such a schema; a test fails while a file is stale.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as z from 'zod';
import { changeSchema } from '../functions/core/change.ts';
import { DETAIL_TYPES, EVENT_SOURCE } from '../functions/core/outcome-event.ts';
import { outcomeEventSchemas } from '../functions/core/outcome-event-schemas.ts';

export const OUTCOME_SCHEMA_FILE = join(import.meta.dirname, 'outcome-event.v1.schema.json');
export const CHANGE_SCHEMA_FILE = join(import.meta.dirname, 'change.v1.schema.json');

const DESCRIPTION = `\
One person is to join or to leave one conversation. The names are the vendor's. Which of userId and userExternalId \
names the members is declared once per app; a change that uses the other is parked. Fields that are not listed are \
ignored. Lengths count characters, as Unicode has them. The whole \
message is at most 64 KiB.`;

const PROPERTY_DESCRIPTIONS: Readonly<Record<keyof z.input<typeof changeSchema>, string>> = {
  version: 'The version of this format.',
  id: 'Names this change. Another change of the same member needs another id: under the same one it is taken for a repeat.',
  action:
    'What is to happen: the vendor is asked to join the person to the conversation, or to have it leave.',
  appId: "The vendor's id of the app; it must be declared (rollcall app set).",
  conversationId: "The vendor's id of the conversation, which must be of type sdkGroup.",
  userId: "The vendor's id of the person. Exactly one of userId and userExternalId.",
  userExternalId: 'Your own id of the person. Exactly one of userId and userExternalId.',
  subscribeSDKClient: "On a join: whether the person's SDK clients are subscribed to the conversation.",
  occurredAt:
    'When this became true in the system that says so. The newest change of a member decides, whatever the order of arrival. At most five minutes ahead of the clock and at most 30 days behind it.',
  source: 'Which system says so; for people who look into it later.',
};

const CHANGE = {
  version: 1,
  appId: '5ff4a4a1d8c3b2000c9e7f10',
  conversationId: '65a4c0de0000000000000007',
} as const;

const EXAMPLES: readonly z.input<typeof changeSchema>[] = [
  {
    ...CHANGE,
    id: 'dispatch-2026-01-15-000417',
    action: 'join',
    userId: '65a4f00d00000000000000a1',
    occurredAt: '2026-01-15T08:30:00.000Z',
  },
  {
    ...CHANGE,
    id: 'shift-planner:88213',
    action: 'leave',
    userExternalId: 'E-10417',
    occurredAt: '2026-01-15T17:45:12.250+01:00',
    source: 'shift-planner',
  },
];

/** The JSON Schema (draft 2020-12) of a change as producers send it. */
export function changeJsonSchema(): object {
  const { $schema, properties = {}, ...rest } = z.toJSONSchema(changeSchema, { io: 'input' });
  return {
    $schema,
    title: 'Membership change, version 1',
    description: DESCRIPTION,
    ...rest,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name, described(name, schema)]),
    ),
    // What a refinement checks cannot be generated.
    oneOf: [{ required: ['userId'] }, { required: ['userExternalId'] }],
    // Such a message would be read as one of the reconciler's own.
    not: { properties: { kind: { const: 'correction' } }, required: ['kind'] },
    examples: EXAMPLES,
  };
}

const CONTROL_CHARACTERS = '\\u0000-\\u001f\\u007f-\\u009f';

function described(name: string, schema: z.core.JSONSchema._JSONSchema): object {
  if (typeof schema !== 'object' || !Object.hasOwn(PROPERTY_DESCRIPTIONS, name)) {
    throw new Error(`${name}: has no description`);
  }
  const description = PROPERTY_DESCRIPTIONS[name as keyof typeof PROPERTY_DESCRIPTIONS];
  // Half a surrogate pair is refused by a refinement, and refinements are not generated.
  const pattern = schema.pattern?.replace(CONTROL_CHARACTERS, `${CONTROL_CHARACTERS}\\ud800-\\udfff`);
  return { description, ...schema, ...(pattern !== undefined && { pattern }) };
}

/** The JSON Schema (draft 2020-12) of an outcome event as a rule's target receives it. */
export function outcomeJsonSchema(): object {
  const kinds = Object.entries(outcomeEventSchemas).map(([kind, schema]) => {
    const { $schema: _, ...detail } = z.toJSONSchema(schema);
    const detailType = { const: DETAIL_TYPES[kind as keyof typeof DETAIL_TYPES] };
    return { properties: { 'detail-type': detailType, detail } };
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Outcome event, version 1',
    description: OUTCOME_DESCRIPTION,
    type: 'object',
    properties: { source: { const: EVENT_SOURCE } },
    required: ['source', 'detail-type', 'detail'],
    oneOf: kinds,
  };
}

const OUTCOME_DESCRIPTION = `\
What became of a change that was not applied, as it is published on the default event bus: parked, discarded by an \
operator, or removals of a conversation held. An event may come more than once. None names a person: a producer knows \
its change by changeId.`;

/** The text of a file, laid out as the project's formatter has it. */
export function schemaText(file: string, schema: object): string {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  return execFileSync(process.execPath, [biome, 'format', '--stdin-file-path', file], {
    input: JSON.stringify(schema, undefined, 2),
    encoding: 'utf8',
  });
}

if (import.meta.main) {
  writeFileSync(CHANGE_SCHEMA_FILE, schemaText(CHANGE_SCHEMA_FILE, changeJsonSchema()));
  writeFileSync(OUTCOME_SCHEMA_FILE, schemaText(OUTCOME_SCHEMA_FILE, outcomeJsonSchema()));
}
