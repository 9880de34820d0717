import { type Correction, readCorrection, saysCorrection } from '../../functions/core/correction.ts';
import { type MemberKey, memberText } from '../../functions/core/member-key.ts';
import type { FunctionProcess } from './function-process.ts';

/** On whose behalf a process works on a member. */
export interface Provenance {
  /** A producer's message, the reconciler's for a deferred wish, or the reconciler's for drift alone. */
  readonly kind: 'change' | 'deferred' | 'drift' | 'nothing';
  readonly corrections: readonly Correction[];
}

/** What the messages that a process was given say of a member. */
export function provenanceOf(process: FunctionProcess, member: MemberKey): Provenance {
  const bodies = process.work.messages.flatMap(({ body }) => parsed(body));
  const corrections = bodies
    .filter(saysCorrection)
    .map(readCorrection)
    .filter((read) => 'member' in read)
    .filter((correction) => memberText(correction.member) === memberText(member));
  if (bodies.some((body) => !saysCorrection(body) && namesMember(body, member)))
    return { kind: 'change', corrections };
  if (corrections.some(({ cause }) => cause === 'deferred')) return { kind: 'deferred', corrections };
  return { kind: corrections.length > 0 ? 'drift' : 'nothing', corrections };
}

function parsed(body: string): unknown[] {
  try {
    return [JSON.parse(body)];
  } catch {
    return [];
  }
}

function namesMember(body: unknown, { appId, conversationId, idKind, memberId }: MemberKey): boolean {
  const fields = body as Record<string, unknown>;
  return (
    fields['appId'] === appId && fields['conversationId'] === conversationId && fields[idKind] === memberId
  );
}
