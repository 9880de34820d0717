import type { CONVERSATION_GONE, USER_GONE } from '../core/merge.ts';
import type { MemberRow } from '../core/roster.ts';
import type { Roster } from './ports.ts';

/**
 * The vendor has their conversation, or their user, no more: what was applied there is nobody's wish any longer. What is
 * deferred or in flight finds that out by its own call, and is parked by it.
 */
export async function abandonRows(
  rows: readonly MemberRow[],
  reason: typeof CONVERSATION_GONE | typeof USER_GONE,
  roster: Pick<Roster, 'patchMember'>,
): Promise<void> {
  for (const { key, version, state } of rows) {
    if (state !== 'applied') continue;
    const patch = { state: 'unmanaged', confirmed: null, reason } as const;
    await roster.patchMember(key, version, patch, 'applied');
  }
}
