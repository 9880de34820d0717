import type { Frame } from '../../../functions/core/widget/frame.ts';
import { NOW } from '../../support/builders.ts';

/** A deployment that lets people act from its widget. */
export const FRAME: Frame = {
  nowMs: NOW,
  theme: 'light',
  showArn: 'arn:show',
  actArn: 'arn:act',
  runbookUrl: 'https://wiki.example/runbook',
};

/** One that lets nobody act from there. */
export const READ_ONLY: Frame = {
  nowMs: NOW,
  theme: 'dark',
  showArn: 'arn:show',
  runbookUrl: 'docs/runbook.md',
};

/** What every page begins with. */
export const titled = (title: string) => `${title} as of 2026-03-01 12:00:00 UTC`;
