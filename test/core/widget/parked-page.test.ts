import { describe, expect, it } from 'vitest';
import type { ParkedSummary } from '../../../functions/core/parked.ts';
import type { Frame } from '../../../functions/core/widget/frame.ts';
import { type ParkedPageView, parkedPage } from '../../../functions/core/widget/parked-page.ts';
import { HOUR, memberKey, NOW } from '../../support/builders.ts';
import { seenPage } from '../../support/seen-page.ts';
import { FRAME, READ_ONLY, titled } from './frame.ts';

const HOUR_AGO = '1 h ago 2026-03-01 11:00:00 UTC';
const HEAD = `${titled('Parked: rejected')} the vendor refuses this request`;
const COLUMNS = 'Change Member What is wrong Parked';
const BACK = '[Back to the overview]';
const ENTRY: ParkedSummary = {
  messageId: 'message-1',
  reason: 'rejected',
  detail: 'status 422\u0007',
  parkedAtMs: NOW - HOUR,
  key: memberKey(),
  changeId: 'change-1',
};
const SHOWN = `change-1 message message-1 ann in orders, app shop status 422\\u{7} ${HOUR_AGO}`;

function seen(overrides: Partial<ParkedPageView> = {}, frame: Frame = FRAME) {
  return seenPage(
    parkedPage(frame, {
      reason: 'rejected',
      changes: 1,
      isComplete: true,
      page: 0,
      pageSize: 25,
      entries: [ENTRY],
      ...overrides,
    }),
  );
}

describe('the parked changes of one reason', () => {
  it('are shown with what is wrong, and what may be done with all of them', () => {
    expect(seen().words).toBe(
      `${HEAD} · 1 change · Runbook ${COLUMNS} ${SHOWN} ${BACK} [Redrive it] [Discard it]`,
    );
    const { words, buttons } = seen({ changes: 1_000, isComplete: false, pageSize: 1_000 });
    expect(words).toBe(
      `${HEAD} · at least 1,000 changes · Runbook ${COLUMNS} ${SHOWN} ${BACK} [Redrive all 1,000] [Discard all 1,000]`,
    );
    expect(buttons.map(({ endpoint }) => endpoint)).toEqual(['arn:show', 'arn:act', 'arn:act']);
  });

  it('may be none that can be read', () => {
    const { key: _, changeId: __, ...nameless } = ENTRY;
    expect(seen({ entries: [nameless] }).words).toContain(
      `no change that can be read message message-1 names none status 422`,
    );
  });

  it('can only be looked at where nobody may act', () => {
    expect(seen({}, READ_ONLY).words).toBe(
      `${HEAD} · 1 change · runbook: rejected ${COLUMNS} ${SHOWN} ${BACK}`,
    );
  });

  it.each<[page: number, changes: number, buttons: string, goes: number[]]>([
    [0, 50, 'page 1 of 2 [Later]', [1]],
    [1, 51, 'page 2 of 3 [Earlier] [Later]', [0, 2]],
    [2, 75, 'page 3 of 3 [Earlier]', [1]],
  ])('are turned page by page: page %i of %i changes', (page, changes, said, goes) => {
    const { words, buttons } = seen({ page, changes });
    expect(words).toContain(`${HOUR_AGO} ${said} ${BACK}`);
    expect(buttons.slice(0, goes.length)).toMatchObject(
      goes.map((to) => ({ endpoint: 'arn:show', params: { show: 'parked', reason: 'rejected', page: to } })),
    );
  });

  it('are no pages where they fit on one', () => {
    expect(seen({ changes: 25 }).words).not.toContain('page ');
  });

  it('that are gone have nothing but the way back', () => {
    expect(seen({ entries: [], changes: 0 }).notices).toEqual(['quiet']);
    expect(seen({ entries: [], changes: 0 }).words).toBe(
      `${HEAD} · 0 changes · Runbook Nothing is parked for this reason here any more. ${BACK}`,
    );
  });
});
