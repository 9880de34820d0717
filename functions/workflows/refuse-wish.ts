import type { Decision } from '../core/decision.ts';
import type { MemberPatch, MemberRow } from '../core/roster.ts';
import { type ParkPorts, parkRow } from './park.ts';
import type { WishOutcome } from './wish-outcome.ts';

/** Why a wish cannot be applied before somebody has done something about it. */
export type Refusal = Omit<Extract<Decision, { kind: 'park' }>, 'kind'>;

export const PROTECTED: Refusal = {
  reason: 'protected',
  detail: 'action: this member is protected from leaving',
};

/**
 * Parks the message of a wish. One that was settled long ago has none: then the refusal stands on the row, and the next
 * pass asks again ever more slowly. Undefined: the row has moved on meanwhile.
 *
 * @param patch sets fields of the row, if it has not moved on; says whether it did
 */
export async function refuseWish(
  row: MemberRow,
  { reason, detail }: Refusal,
  patch: (fields: MemberPatch) => Promise<boolean>,
  ports: ParkPorts,
): Promise<WishOutcome | undefined> {
  if (row.message)
    return (await parkRow(row, reason, detail, ports)) ? { outcome: 'parked', reason } : undefined;
  return (await patch({ reason })) ? { outcome: 'deferred', reason } : undefined;
}
