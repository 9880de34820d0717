import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../functions/core/widget/frame.ts';
import { approvalPage, type SettledView, settledPage } from '../../../functions/core/widget/result-page.ts';
import { conversationKey, HOUR, NOW } from '../../support/builders.ts';
import { seenPage } from '../../support/seen-page.ts';
import { FRAME, READ_ONLY, titled } from './frame.ts';

const BACK = '[Back to the overview]';

describe('a step of a redrive or a discard', () => {
  const seen = (overrides: Partial<SettledView> = {}, frame: Frame = FRAME) => {
    const view: SettledView = {
      kind: 'redrive',
      reason: 'rejected',
      parkedUntilMs: NOW - 1,
      done: 2,
      already: 0,
      failed: 0,
      isMore: false,
      ...overrides,
    };
    return seenPage(settledPage(frame, view));
  };
  const says = (said: string) => `${titled('Parked: rejected')} ${said} ${BACK}`;
  const queued = 'They are on the change queue; what fails again is parked again.';
  const notAll = 'That is not all: a step takes as many as fit into its time. Nothing is done twice.';

  it.each<[Partial<SettledView>, string]>([
    [{}, `2 changes redriven. ${queued}`],
    [{ kind: 'discard', done: 1 }, '1 change discarded.'],
    [{ kind: 'discard', already: 1_000 }, '2 changes discarded, 1,000 had been settled by somebody else.'],
    [
      { failed: 1 },
      `2 changes redriven. 1 change could not be, and stay parked; the log says why. ${queued}`,
    ],
    [{ isMore: true }, `2 changes redriven. ${notAll} [Go on with the rest]`],
    [{ kind: 'discard', isMore: true }, `2 changes discarded. ${notAll} [Go on with the rest]`],
  ])('%j', (overrides, said) => {
    expect(seen(overrides).words).toBe(says(said));
  });

  it('goes on with the rest of what had been seen', () => {
    expect(seen({ kind: 'discard', isMore: true }).buttons[0]).toEqual({
      label: 'Go on with the rest',
      kind: ' rc-primary',
      endpoint: 'arn:act',
      params: { act: 'discard', reason: 'rejected', parkedUntilMs: NOW - 1 },
    });
  });

  it('goes nowhere where nobody may act', () => {
    expect(seen({ isMore: true }, READ_ONLY).buttons[0]?.endpoint).toBe('');
  });

  it('stands out where some failed', () => {
    const view = { kind: 'redrive', reason: 'rejected', parkedUntilMs: NOW, done: 1, already: 0 } as const;
    expect(settledPage(FRAME, { ...view, failed: 0, isMore: false })).toContain(
      'rc-notice rc-done" role="status"',
    );
    const failed = settledPage(FRAME, { ...view, failed: 1, isMore: true });
    expect(failed).toMatch(
      /rc-warning" role="status"[\s\S]*rc-error" role="alert"[\s\S]*rc-warning" role="status"/,
    );
  });
});

describe('an approval', () => {
  const head = `${titled('Held plan')} orders app shop`;
  const seen = (view: Parameters<typeof approvalPage>[1]) => seenPage(approvalPage(FRAME, view));

  it('says how long it holds', () => {
    const { words } = seen({ ...conversationKey(), kind: 'approved', removals: 3, untilMs: NOW + HOUR });
    expect(words).toBe(
      `${head} 3 removals approved, until in 1 h 2026-03-01 13:00:00 UTC. The conversation is compared at once. ${BACK}`,
    );
  });

  it('of another plan leads to that one', () => {
    const { words, buttons } = seen({ ...conversationKey(), kind: 'not_held', isOther: true });
    expect(words).toBe(
      `${head} Not approved: another plan is held by now. Look at that one. [Look at the plan] ${BACK}`,
    );
    expect(buttons[0]).toMatchObject({
      endpoint: 'arn:show',
      params: { show: 'plan', ...conversationKey() },
    });
  });

  it('of a plan that is held no more leads back', () => {
    const { words } = seen({ ...conversationKey(), kind: 'not_held', isOther: false });
    expect(words).toBe(`${head} Not approved: nothing is held there any more. ${BACK}`);
  });

  it('stands out where it was none', () => {
    const none = approvalPage(FRAME, { ...conversationKey(), kind: 'not_held', isOther: false });
    expect(none).toContain('rc-warning" role="status"');
    const some = approvalPage(FRAME, { ...conversationKey(), kind: 'approved', removals: 1, untilMs: NOW });
    expect(some).toContain('rc-done" role="status"');
  });
});
