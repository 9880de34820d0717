import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { type Expected, expectedMembership, type FileFacts } from '../expected-membership.ts';

const metaSchema = z.object({
  asOf: z.iso.datetime({ precision: 3 }),
  apps: z.array(
    z.object({
      appId: z.string(),
      idKind: z.enum(['userId', 'userExternalId']),
      auth: z.enum(['basic', 'jwt']),
    }),
  ),
  conversations: z
    .array(z.object({ appId: z.string(), conversationId: z.string(), participantCap: z.int().positive() }))
    .default([]),
});
export type Meta = z.infer<typeof metaSchema>;

/** A file of changes, as it is sent, and what it must lead to. */
export interface Input {
  readonly meta: Meta;
  /** The lines as they are sent: their times moved so that the file's `asOf` is now. */
  readonly lines: readonly string[];
  readonly expected: Expected;
}

/**
 * Reads a file of changes. Its apps are those of the `.meta.json` beside it; where there is none, every app that a
 * valid line names, its members named by the id kind that most of its lines use, and times are taken as they are.
 */
export function readInput(file: string, nowMs: number): Input {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const metaFile = file.replace(/(\.[^./]+)?$/, '.meta.json');
  const meta = existsSync(metaFile)
    ? metaSchema.parse(JSON.parse(readFileSync(metaFile, 'utf8')))
    : guessedMeta(lines, nowMs);
  const shiftMs = nowMs - Date.parse(meta.asOf);
  const facts: FileFacts = { asOf: meta.asOf, apps: meta.apps };
  return {
    meta,
    lines: lines.map((line) => shifted(line, shiftMs)),
    expected: expectedMembership(lines, facts),
  };
}

function guessedMeta(lines: readonly string[], nowMs: number): Meta {
  const asOf = new Date(nowMs).toISOString();
  const kinds = new Map<string, { userId: number; userExternalId: number }>();
  for (const line of lines) {
    const said = appAndKind(line);
    if (!said || said.appId.startsWith('missing-')) continue;
    const counts = kinds.get(said.appId) ?? { userId: 0, userExternalId: 0 };
    counts[said.idKind] += 1;
    kinds.set(said.appId, counts);
  }
  const apps = [...kinds].map(([appId, { userId, userExternalId }], index) => ({
    appId,
    idKind: userId >= userExternalId ? ('userId' as const) : ('userExternalId' as const),
    auth: index % 2 === 0 ? ('basic' as const) : ('jwt' as const),
  }));
  return { asOf, apps, conversations: [] };
}

const idsSchema = z.object({
  appId: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/),
  userId: z.string().optional(),
  userExternalId: z.string().optional(),
});

function appAndKind(line: string): { appId: string; idKind: 'userId' | 'userExternalId' } | undefined {
  const ids = idsSchema.safeParse(parsed(line)).data;
  if (!ids || (ids.userId === undefined) === (ids.userExternalId === undefined)) return undefined;
  return { appId: ids.appId, idKind: ids.userId === undefined ? 'userExternalId' : 'userId' };
}

/** Moves a line's time, and leaves every other byte of it as it is. */
function shifted(line: string, shiftMs: number): string {
  if (shiftMs === 0) return line;
  const { occurredAt } = (parsed(line) ?? {}) as { occurredAt?: unknown };
  if (
    typeof occurredAt !== 'string' ||
    !z.iso.datetime({ precision: 3, offset: true }).safeParse(occurredAt).success
  )
    return line;
  return line.replace(occurredAt, new Date(Date.parse(occurredAt) + shiftMs).toISOString());
}

export function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
