/**
 * Why a change was parked: the machine-readable reason on the dead-letter queue, in the table, in logs and metrics.
 * Each has a heading in the runbook.
 */
export const PARK_REASONS = {
  invalid: 'the message is not a valid change',
  unknown_app: 'its app is not declared (rollcall app set)',
  id_kind: 'it names its member by the id kind that its app does not use',
  too_old: 'it happened longer ago than the roster remembers',
  protected: 'it would remove a protected member',
  conversation_not_found: 'the vendor does not know the conversation',
  user_not_found: 'the vendor does not know the user',
  conversation_full: 'the conversation stayed at its participant limit',
  rejected: 'the vendor refuses this request',
  unreachable: "this member's calls kept failing while others of its app succeeded",
  crashes: 'the function died every time it worked on this message alone',
  unexplained: 'SQS itself gave up delivering it',
} as const;

export type ParkReason = keyof typeof PARK_REASONS;
