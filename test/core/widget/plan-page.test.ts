import { describe, expect, it } from 'vitest';
import type { PassReport } from '../../../functions/core/conversation.ts';
import type { Frame } from '../../../functions/core/widget/frame.ts';
import { type PlanView, planPage, type RemovalView } from '../../../functions/core/widget/plan-page.ts';
import { conversationKey, HOUR, NOW } from '../../support/builders.ts';
import { seenPage } from '../../support/seen-page.ts';
import { FRAME, READ_ONLY, titled } from './frame.ts';

const HOUR_AGO = '1 h ago 2026-03-01 11:00:00 UTC';
const HEAD = `${titled('Held plan')} orders app shop`;
const BACK = '[Back to the overview]';
const PLAN = { hash: 'hash-1', heldAtMs: NOW - HOUR, removals: [{ memberId: 'ann' }] };
const REMOVAL: RemovalView = { memberId: 'ann', because: { kind: 'not_wished' } };

function seen(overrides: Partial<PlanView> = {}, frame: Frame = FRAME) {
  const view: PlanView = {
    conversation: conversationKey(),
    plan: PLAN,
    removals: [REMOVAL],
    policy: 'exact',
    reconcile: true,
    ...overrides,
  };
  return seenPage(planPage(frame, view));
}

describe('a held plan', () => {
  it('says what it would do, and asks before it is approved', () => {
    const { words, buttons } = seen();
    expect(words).toBe(
      `${HEAD} Would remove 1 participant Held ${HOUR_AGO} · Runbook Policy exact Plan hash-1 ann nobody’s wish, which this policy wants out [Approve this plan] ${BACK}`,
    );
    expect(buttons).toEqual([
      {
        label: 'Approve this plan',
        kind: ' rc-danger',
        endpoint: 'arn:act',
        params: { act: 'approve', appId: 'shop', conversationId: 'orders', hash: 'hash-1' },
        confirmation:
          'Remove 1 participant from orders? Exactly those shown, as long as they are still wished out and present. The approval lasts one hour.',
      },
      { label: 'Back to the overview', kind: '', endpoint: 'arn:show', params: {} },
    ]);
  });

  it.each<[RemovalView['because'], string]>([
    [
      { kind: 'wished_out', changeId: 'change-1', occurredAtMs: NOW - HOUR },
      `wished out by change-1, ${HOUR_AGO}`,
    ],
    [{ kind: 'not_wished' }, 'nobody’s wish, which this policy wants out'],
    [{ kind: 'moved_on' }, 'has changed since: would stay'],
  ])('says why somebody would be removed: %j', (because, said) => {
    expect(seen({ removals: [{ ...REMOVAL, because }] }).words).toContain(`ann ${said} [Approve`);
  });

  it('says how many it does not show, and where they are', () => {
    const removals = ['ann', 'bob', 'eve'].map((memberId) => ({ memberId }));
    expect(seen({ plan: { ...PLAN, removals } }).words).toContain(
      'wants out and 2 more: rollcall plan shop orders shows all. [Approve',
    );
  });

  it('says of how many present they are only after a complete listing', () => {
    const pass: PassReport = {
      passId: 'pass-1',
      startedAtMs: NOW,
      finishedAtMs: NOW,
      listing: 'complete',
      participants: 1_000,
      missing: 0,
      unexpected: 1,
      corrected: 0,
      held: 1,
    };
    const of = 'of the 1,000 present at the last pass';
    expect(seen({ lastPass: pass }).words).toContain(`1 participant ${of} Held`);
    expect(seen({ lastPass: { ...pass, listing: 'doubtful' } }).words).not.toContain(of);
  });

  it('says whose policy it is, and whether the app is switched off', () => {
    const { policy: _, ...view } = { policy: 'exact', reconcile: false };
    const { words } = seenPage(
      planPage(FRAME, { conversation: conversationKey(), plan: PLAN, removals: [], ...view }),
    );
    expect(words).toContain(
      'Policy the deployment’s · the app is switched off: nobody is removed before it is on again Plan',
    );
  });

  it('that is approved cannot be approved again while that holds', () => {
    const approved = (untilMs: number) => seen({ plan: { ...PLAN, approvedUntilMs: untilMs } });
    expect(approved(NOW + HOUR).words).toMatch(
      /wants out Approved: it goes out with the next pass, until in 1 h 2026-03-01 13:00:00 UTC\. \[Back to the overview\]$/,
    );
    expect(approved(NOW + HOUR).notices).toEqual(['done']);
    expect(approved(NOW).words).toContain('[Approve this plan]');
  });

  it('says how to approve it where nobody may act from here', () => {
    expect(seen({}, READ_ONLY).words).toContain('runbook: a-plan-is-held');
    expect(seen({}, READ_ONLY).words).toMatch(
      /This deployment lets nobody act from here: rollcall approve shop orders --plan hash-1 \[Back to the overview\]$/,
    );
  });

  it('that is held no more has nothing but the way back', () => {
    const { words, notices } = seenPage(
      planPage(FRAME, { conversation: conversationKey(), removals: [], reconcile: true }),
    );
    expect(notices).toEqual(['quiet']);
    expect(words).toBe(
      `${HEAD} Nothing is held here any more: it was approved, or nobody is to be removed now. ${BACK}`,
    );
  });
});
