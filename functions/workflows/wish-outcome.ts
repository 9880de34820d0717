import type { ChangeOutcome } from '../core/events.ts';

/** How work on a row's wish ended. `retried`: it must be worked on again after so long. */
export type WishOutcome =
  | { readonly outcome: Exclude<ChangeOutcome, 'retried'>; readonly reason?: string }
  | { readonly outcome: 'retried'; readonly afterMs: number; readonly reason: string };
