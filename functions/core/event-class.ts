/** What events are counted as; types that mean nothing for who takes part are `other`. */
export const EVENT_CLASSES = [
  'join',
  'leave',
  'conversation_removed',
  'user_removed',
  'users_merged',
  'other',
  'malformed',
] as const;
export type EventClass = (typeof EVENT_CLASSES)[number];
