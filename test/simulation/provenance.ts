import { type Correction, readCorrection, saysCorrection } from '../../functions/core/correction.ts';
import type { MemberKey } from '../../functions/core/member-key.ts';
import type { FunctionProcess } from './function-process.ts';
import type { VendorUsers } from './vendor-users.ts';

/** On whose behalf a process works on a member. */
export interface Provenance {
  /** A producer's message, the reconciler's for a deferred wish, or the reconciler's for drift alone. */
  readonly kind: 'change' | 'deferred' | 'drift' | 'nothing';
  readonly corrections: readonly Correction[];
}

/** What the messages that a process was given say of a member. */
export function provenanceOf(process: FunctionProcess, member: MemberKey, users: VendorUsers): Provenance {
  const bodies = process.work.messages.flatMap(({ body }) => parsed(body));
  const corrections = bodies
    .filter(saysCorrection)
    .map(readCorrection)
    .filter((read) => 'member' in read)
    .filter((correction) => users.isSame(correction.member, member));
  if (bodies.some((body) => !saysCorrection(body) && namesMember(body, member, users)))
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

function namesMember(body: unknown, member: MemberKey, users: VendorUsers): boolean {
  const fields = body as Record<string, unknown>;
  const [appId, conversationId, memberId] = [
    fields['appId'],
    fields['conversationId'],
    fields[member.idKind],
  ];
  if (appId !== member.appId || typeof memberId !== 'string') return false;
  return users.isSame({ ...member, conversationId: String(conversationId), memberId }, member);
}
