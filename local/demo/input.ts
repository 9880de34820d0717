import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { movedInTime } from '../../functions/core/moved-in-time.ts';
import { type Expected, expectedMembership } from '../expected-membership.ts';

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
  /** The file's lines, blank ones too, their times moved so that the file's `asOf` is now. */
  readonly lines: readonly string[];
  /** Lines that no queue takes, counted from 0: too long, or of characters that SQS does not carry. */
  readonly refused: ReadonlySet<number>;
  readonly expected: Expected;
}

/** The file, or its `.meta.json`, cannot be used. The message says why. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/**
 * Reads a file of changes. Its apps are those of the `.meta.json` beside it; where there is none, every app that a
 * valid line names, its members named by the id kind that most of its lines use, and times are taken as they are.
 *
 * @throws InputError
 */
export function readInput(file: string, nowMs: number): Input {
  const original = linesOf(readText(file));
  const metaFile = file.replace(/(\.[^./\\]+)?$/, '.meta.json');
  const meta = existsSync(metaFile) ? readMeta(metaFile) : guessedMeta(original, nowMs);
  const shiftMs = nowMs - Date.parse(meta.asOf);
  const lines = original.map((line) => movedInTime(line, shiftMs));
  const refused = new Set(lines.flatMap((line, index) => (isCarried(line) ? [] : [index])));
  const sent = original.map((line, index) => (refused.has(index) ? '' : line));
  return { meta, lines, refused, expected: expectedMembership(sent, meta) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function linesOf(text: string): string[] {
  const lines = text
    .replace(/^\u{feff}/u, '')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function readMeta(file: string): Meta {
  const read = metaSchema.safeParse(parsed(readText(file)));
  if (!read.success) throw new InputError(`${file} is not as it must be:\n${z.prettifyError(read.error)}`);
  return read.data;
}

function guessedMeta(lines: readonly string[], nowMs: number): Meta {
  const asOf = new Date(nowMs).toISOString();
  const uses = new Map<string, { userId: number; userExternalId: number }>();
  for (const line of validLines(lines, asOf)) {
    const { appId, userId } = parsed(line) as { appId: string; userId?: string };
    if (appId.startsWith('missing-')) continue;
    const counts = uses.get(appId) ?? { userId: 0, userExternalId: 0 };
    counts[userId === undefined ? 'userExternalId' : 'userId'] += 1;
    uses.set(appId, counts);
  }
  const apps = [...uses].map(([appId, { userId, userExternalId }], index) => ({
    appId,
    idKind: userId >= userExternalId ? ('userId' as const) : ('userExternalId' as const),
    auth: index % 2 === 0 ? ('basic' as const) : ('jwt' as const),
  }));
  return { asOf, apps, conversations: [] };
}

/** Those lines of which nothing can be said but that their app is not declared, where none is. */
function validLines(lines: readonly string[], asOf: string): string[] {
  const { perLine } = expectedMembership(lines, { asOf, apps: [] });
  return lines.filter((_, index) => {
    const verdict = perLine[index];
    return verdict?.kind === 'parked' && verdict.reason === 'unknown_app';
  });
}

const BODY_MAX_BYTES = 64 * 1024;
const NOT_CARRIED = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** Whether SQS takes it as the body of a message for the change queue. */
function isCarried(line: string): boolean {
  return Buffer.byteLength(line) <= BODY_MAX_BYTES && !NOT_CARRIED.test(line);
}

export function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
