/**
 * What a file of changes must lead to, worked out from the file alone.
 *
 * This is the other opinion: it shares no code with what it judges and imports nothing. The rules are those of
 * `schemas/change.v1.schema.json` and of the README, written down a second time.
 */

export interface DeclaredApp {
  readonly appId: string;
  readonly idKind: 'userId' | 'userExternalId';
}

export interface FileFacts {
  /** The file's now (ISO 8601): how old a change is, is counted from here. */
  readonly asOf: string;
  readonly apps: readonly DeclaredApp[];
}

/** Reasons that a line can be written to be parked for. */
export type PlantedReason =
  | 'invalid'
  | 'too_old'
  | 'unknown_app'
  | 'id_kind'
  | 'conversation_not_found'
  | 'user_not_found';

/**
 * What becomes of a line.
 *
 * | kind         | meaning                                                                                            |
 * |--------------|----------------------------------------------------------------------------------------------------|
 * | `blank`      | no message                                                                                         |
 * | `correction` | says that it is the reconciler's own; no change, and it wishes nothing                             |
 * | `parked`     | must end parked, for this reason                                                                   |
 * | `repeat`     | has the id and the member of an earlier line: the same change once more, which the queue may drop  |
 * | `newest`     | decides about its member                                                                           |
 * | `older`      | a newer one decides; it may have been applied before that, or parked for the reason that is planted |
 */
export type Verdict =
  | { readonly kind: 'blank' | 'correction' }
  | { readonly kind: 'parked'; readonly reason: PlantedReason; readonly changeId?: string }
  | { readonly kind: 'repeat'; readonly of: number; readonly changeId: string }
  | { readonly kind: 'newest'; readonly member: string; readonly changeId: string }
  | {
      readonly kind: 'older';
      readonly member: string;
      readonly changeId: string;
      readonly planted?: PlantedReason;
    };

export interface ExpectedMember {
  readonly appId: string;
  readonly conversationId: string;
  readonly idKind: 'userId' | 'userExternalId';
  readonly memberId: string;
  /** Whether the vendor must list this person in the end. */
  readonly present: boolean;
  /** The line that decided, counted from 1. */
  readonly line: number;
}

export interface Expected {
  /** `perLine[0]` is line 1. */
  readonly perLine: readonly Verdict[];
  /** By `JSON.stringify([appId, conversationId, memberId])`; everybody of whom a valid change speaks. */
  readonly members: ReadonlyMap<string, ExpectedMember>;
}

/** Judges the lines of a file, in the order in which they are sent. */
export function expectedMembership(lines: readonly string[], facts: FileFacts): Expected {
  const read = lines.map((line) => readLine(line, facts));
  const firsts = new Map<string, number>();
  const newest = new Map<string, { readonly said: Said; readonly line: number }>();
  const repeats = read.map((each, index) => {
    if (!('said' in each)) return undefined;
    const of = firsts.get(each.said.repeatKey);
    if (of === undefined) firsts.set(each.said.repeatKey, index + 1);
    return of;
  });
  read.forEach((each, index) => {
    if (!('said' in each) || each.reason !== undefined || repeats[index] !== undefined) return;
    const best = newest.get(each.said.member);
    if (best === undefined || each.said.atMs >= best.said.atMs) {
      newest.set(each.said.member, { said: each.said, line: index + 1 });
    }
  });
  const perLine = read.map((each, index) => verdictOf(each, index + 1, repeats[index], newest));
  return { perLine, members: membersOf(newest) };
}

/** How many lines must be parked, by reason. */
export function expectedParked({ perLine }: Expected): Partial<Record<PlantedReason, number>> {
  const counts: Partial<Record<PlantedReason, number>> = {};
  for (const verdict of perLine) {
    if (verdict.kind === 'parked') counts[verdict.reason] = (counts[verdict.reason] ?? 0) + 1;
  }
  return counts;
}

/** What a well-formed line says. */
interface Said extends DeclaredApp {
  readonly changeId: string;
  readonly conversationId: string;
  readonly memberId: string;
  readonly member: string;
  readonly repeatKey: string;
  readonly join: boolean;
  readonly atMs: number;
}

type Line =
  | { readonly kind: 'blank' | 'correction' }
  | { readonly kind: 'invalid'; readonly changeId?: string }
  | { readonly kind: 'said'; readonly said: Said; readonly reason?: PlantedReason };

type Newest = ReadonlyMap<string, { readonly said: Said; readonly line: number }>;

function verdictOf(read: Line, line: number, repeatOf: number | undefined, newest: Newest): Verdict {
  if (read.kind === 'invalid') return { ...read, kind: 'parked', reason: 'invalid' };
  if (read.kind !== 'said') return read;
  const { changeId, member } = read.said;
  if (repeatOf !== undefined) return { kind: 'repeat', of: repeatOf, changeId };
  if (read.reason !== undefined) return { kind: 'parked', reason: read.reason, changeId };
  const planted = strangerIn(read.said);
  if (newest.get(member)?.line !== line) {
    return { kind: 'older', member, changeId, ...(planted !== undefined && { planted }) };
  }
  return planted === undefined
    ? { kind: 'newest', member, changeId }
    : { kind: 'parked', reason: planted, changeId };
}

/** Nobody and nothing whose id begins with `missing-` is known to the vendor; to leave is fine all the same. */
function strangerIn({ join, conversationId, memberId }: Said): PlantedReason | undefined {
  if (!join) return undefined;
  if (conversationId.startsWith('missing-')) return 'conversation_not_found';
  return memberId.startsWith('missing-') ? 'user_not_found' : undefined;
}

function membersOf(newest: Newest): Map<string, ExpectedMember> {
  const members = [...newest].map(([member, { said, line }]): [string, ExpectedMember] => {
    const { appId, conversationId, idKind, memberId, join } = said;
    const present = join && strangerIn(said) === undefined;
    return [member, { appId, conversationId, idKind, memberId, present, line }];
  });
  return new Map(members);
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

function readLine(text: string, { asOf, apps }: FileFacts): Line {
  if (text.trim() === '') return { kind: 'blank' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'invalid' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: 'invalid' };
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields['kind'] === 'correction') return { kind: isCorrection(fields) ? 'correction' : 'invalid' };
  const said = sayingOf(fields);
  const changeId = typeof fields['id'] === 'string' ? { changeId: fields['id'] } : {};
  const nowMs = Date.parse(asOf);
  if (!said || said.atMs - nowMs > 5 * MINUTE_MS) return { kind: 'invalid', ...changeId };
  if (nowMs - said.atMs > 30 * DAY_MS) return { kind: 'said', said, reason: 'too_old' };
  const app = apps.find(({ appId }) => appId === said.appId);
  if (!app) return { kind: 'said', said, reason: 'unknown_app' };
  return app.idKind === said.idKind ? { kind: 'said', said } : { kind: 'said', said, reason: 'id_kind' };
}

function sayingOf(fields: Readonly<Record<string, unknown>>): Said | undefined {
  const { version = 1, id, action, appId, conversationId, userId, userExternalId } = fields;
  const { subscribeSDKClient = false, occurredAt, source = 'none' } = fields;
  if (version !== 1 || typeof subscribeSDKClient !== 'boolean') return undefined;
  if (action !== 'join' && action !== 'leave') return undefined;
  if (!isPathId(appId) || !isPathId(conversationId)) return undefined;
  if (!isText(id, 128) || !isText(source, 128)) return undefined;
  const idKind = userExternalId === undefined ? 'userId' : 'userExternalId';
  if (idKind === 'userExternalId' && userId !== undefined) return undefined;
  const memberId = idKind === 'userId' ? userId : userExternalId;
  const atMs = timeOf(occurredAt);
  if (!isText(memberId, 255) || atMs === undefined) return undefined;
  const member = JSON.stringify([appId, conversationId, memberId]);
  const repeatKey = JSON.stringify([id, appId, conversationId, memberId]);
  const join = action === 'join';
  return { appId, idKind, changeId: id, conversationId, memberId, member, repeatKey, join, atMs };
}

function isCorrection(fields: Readonly<Record<string, unknown>>): boolean {
  const { version, appId, conversationId, idKind, memberId, plannedAgainst = '', cause, passId } = fields;
  const isShort = (value: unknown, longest: number) =>
    typeof value === 'string' && value !== '' && [...value].length <= longest;
  return (
    version === 1 &&
    isPathId(appId) &&
    isPathId(conversationId) &&
    (idKind === 'userId' || idKind === 'userExternalId') &&
    isShort(memberId, 255) &&
    typeof plannedAgainst === 'string' &&
    (cause === 'deferred' || cause === 'missing' || cause === 'unexpected') &&
    isShort(passId, 128)
  );
}

const PATH_ID_CHARACTERS = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');

function isPathId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length >= 1 &&
    value.length <= 128 &&
    [...value].every((character) => PATH_ID_CHARACTERS.has(character))
  );
}

/** Text of so many Unicode characters at most, none of them a control character (C0, DEL, C1) or half a surrogate pair. */
function isText(value: unknown, longest: number): value is string {
  const characters = typeof value === 'string' ? [...value] : [];
  if (characters.length < 1 || characters.length > longest) return false;
  return characters.every((character) => {
    const code = character.codePointAt(0) ?? 0;
    const isControl = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    const isHalf = code >= 0xd800 && code <= 0xdfff;
    return !isControl && !isHalf;
  });
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(?:Z|([+-])(\d\d):(\d\d))$/;

/** Milliseconds since 1970 of an ISO 8601 time with exactly milliseconds and a zone; undefined: it is none. */
function timeOf(value: unknown): number | undefined {
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  if (!match) return undefined;
  const [, local = '', sign, hours = '00', minutes = '00'] = match;
  const localMs = Date.parse(`${local}Z`);
  // There and back: a date that never was comes back as another.
  if (Number.isNaN(localMs) || new Date(localMs).toISOString() !== `${local}Z`) return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  return sign === '-' ? localMs + offsetMs : localMs - offsetMs;
}
