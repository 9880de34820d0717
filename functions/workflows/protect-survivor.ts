import type { AppRow } from '../core/app.ts';
import type { Mergeable } from '../core/merge.ts';
import type { ProtectedMembers, Roster } from './ports.ts';
import { lastOf } from './survivor.ts';

/** Whoever takes a protected member's place is protected as well, and stays so until an operator says otherwise. */
export async function protectSurvivor(
  of: Mergeable,
  { protectedMembers }: Pick<AppRow, 'protectedMembers'>,
  apps: ProtectedMembers,
  roster: Pick<Roster, 'merge'>,
): Promise<void> {
  if (of.kind !== 'user' || !protectedMembers.includes(of.id)) return;
  const survivor = await lastOf(of, roster);
  if (!protectedMembers.includes(survivor)) await apps.protect(of.appId, [survivor]);
}
