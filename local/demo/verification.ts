/**
 * Finds out what became of a file of changes, from the file and from what can be seen outside. Imports nothing from
 * functions/.
 */
import type { Expected, Verdict } from '../expected-membership.ts';
import type { Accepted, Evidence, RosterRow } from './evidence.ts';

export interface Findings {
  /** Accepted, and now nowhere: what, by line. */
  readonly lost: readonly string[];
  /** Where vendor, roster, queues or dead-letter queue are not as the input file says. */
  readonly mismatched: readonly string[];
  /** How many members were looked at: whoever the file, the roster or the vendor names. */
  readonly compared: number;
}

/** Compares what is with what the input file says must be. */
export function verify(expected: Expected, evidence: Evidence): Findings {
  const { queued, rows, present } = evidence;
  const parked = parkedLines(evidence);
  return {
    lost: lostLines(expected, evidence, parked),
    mismatched: [
      ...(queued > 0 ? [`the change queue still holds ${queued} messages`] : []),
      ...wrongMembers(expected, evidence),
      ...strangers(expected, evidence),
      ...wronglyParked(expected, evidence, parked),
      ...parked.foreign.map((reason) => `a body is parked as ${reason} that nobody sent, or not so often`),
    ],
    compared: new Set([...expected.members.keys(), ...rows.keys(), ...present]).size,
  };
}

/** Why each line is parked, by line; and why bodies are that no line is left for. */
interface Parked {
  readonly reasons: ReadonlyMap<number, string>;
  readonly foreign: readonly string[];
}

/** Each parked body is that of one accepted line, and of no second one that happens to read the same. */
function parkedLines({ accepted, parked }: Pick<Evidence, 'accepted' | 'parked'>): Parked {
  const linesOf = new Map<string, number[]>();
  for (const { body, line } of accepted) linesOf.set(body, [...(linesOf.get(body) ?? []), line]);
  const reasons = new Map<number, string>();
  const foreign: string[] = [];
  for (const { body, reason } of parked) {
    const line = linesOf.get(body)?.shift();
    if (line === undefined) foreign.push(reason);
    else reasons.set(line, reason);
  }
  return { reasons, foreign };
}

/** Whatever is not parked must have a row that is as new: only a newer change may have taken its place. */
function lostLines({ perLine }: Expected, { accepted, rows }: Evidence, { reasons }: Parked): string[] {
  return accepted.flatMap(({ line, body }) => {
    if (reasons.has(line) || perLine[line]?.kind === 'correction') return [];
    const { occurredAtMs, member } = said(body);
    const row = member === undefined ? undefined : rows.get(member);
    return row && occurredAtMs !== undefined && row.occurredAtMs >= occurredAtMs ? [] : [`line ${line + 1}`];
  });
}

function wrongMembers({ members, perLine }: Expected, { rows, present }: Evidence): string[] {
  return [...members].flatMap(([member, { present: wished, line, conversationId }]) => {
    if (present.has(member) !== wished)
      return [`line ${line}: the vendor ${wished ? 'lacks' : 'still has'} its member`];
    const row = rows.get(member);
    if (!row) return [`line ${line}: the roster does not know its member`];
    return agrees(row, perLine[line - 1], wished, conversationId)
      ? []
      : [`line ${line}: the roster says ${row.action}, ${row.state}, by change ${row.changeId}`];
  });
}

function agrees(
  { action, state, changeId }: RosterRow,
  verdict: Verdict | undefined,
  wished: boolean,
  conversationId: string,
): boolean {
  const decides = verdict !== undefined && 'changeId' in verdict && verdict.changeId === changeId;
  if (!decides) return false;
  // A parked wish waits for an operator; that of a conversation which is gone is nobody's any more.
  if (verdict.kind === 'parked') return state === 'parked';
  if (state === 'unmanaged') return !wished && conversationId.startsWith('missing-');
  return state === 'applied' && (action === 'join') === wished;
}

function strangers({ members }: Expected, { rows, present }: Evidence): string[] {
  const unknown = (names: Iterable<string>) => [...names].filter((member) => !members.has(member));
  return [
    ...unknown(present).map(() => 'the vendor has a member that no line names'),
    ...unknown(rows.keys()).map(() => 'the roster has a member that no line names'),
  ];
}

function wronglyParked({ perLine }: Expected, { accepted, rows }: Evidence, { reasons }: Parked): string[] {
  return accepted.flatMap((each) => {
    const { line } = each;
    const reason = reasons.get(line);
    if (!isPlanted(perLine[line], reason)) return [`line ${line + 1}: parked ${reason ?? 'not at all'}`];
    return reason !== undefined && isApplied(each, rows) ? [`line ${line + 1}: parked and applied`] : [];
  });
}

function isPlanted(verdict: Verdict | undefined, reason: string | undefined): boolean {
  if (verdict?.kind === 'parked') return reason === verdict.reason;
  if (reason === undefined) return true;
  return verdict?.kind === 'older' && verdict.planted === reason;
}

function isApplied({ body }: Accepted, rows: Evidence['rows']): boolean {
  const { member, id } = said(body);
  const row = member === undefined ? undefined : rows.get(member);
  return row?.changeId === id && row?.state === 'applied';
}

function said(body: string): { id?: string; occurredAtMs?: number; member?: string } {
  try {
    const { id, appId, conversationId, userId, userExternalId, occurredAt } = JSON.parse(body) as Record<
      string,
      string
    >;
    return {
      member: JSON.stringify([appId, conversationId, userId ?? userExternalId]),
      ...(id !== undefined && { id }),
      ...(occurredAt && { occurredAtMs: Date.parse(occurredAt) }),
    };
  } catch {
    return {};
  }
}
