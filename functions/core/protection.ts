import type { AppRow } from './app.ts';
import type { Action } from './change.ts';

/** Whether this would take out somebody whom the app protects. */
export function isForbidden(
  action: Action,
  memberId: string,
  { protectedMembers }: Pick<AppRow, 'protectedMembers'>,
): boolean {
  return action === 'leave' && protectedMembers.includes(memberId);
}
