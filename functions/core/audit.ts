/** What operators can do that leaves a record. */
export const AUDITED_ACTIONS = [
  'app set',
  'adopt',
  'declare',
  'conversation set',
  'approve',
  'parked redrive',
  'parked discard',
  'parked sweep',
  'forget',
  'webhook register',
] as const;

export type AuditedAction = (typeof AUDITED_ACTIONS)[number];

/** What an action was about: ids of apps, conversations, messages and plans, and settings. Never a person's id, never a secret. */
export type AuditTarget = Readonly<Record<string, string | number | boolean>>;

/** Who acted, as far as that is known, and how we know. */
export interface Actor {
  /** The ARN of the caller, `local`, or why it is not known. */
  readonly who: string;
  readonly via: 'command' | 'console';
}

export interface AuditEntry extends Actor {
  readonly id: string;
  readonly atMs: number;
  readonly action: AuditedAction;
  readonly target: AuditTarget;
}

/** What came of an action. */
export interface AuditOutcome {
  readonly outcome: 'done' | 'failed';
  readonly atMs: number;
  /** In a few words: counts, or the kind of failure. */
  readonly note: string;
}

/** Without an outcome it is not known whether it was done: it runs still, or whoever did it died over it. */
export interface AuditRecord extends AuditEntry {
  readonly ended?: AuditOutcome;
}
