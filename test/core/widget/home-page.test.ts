import { describe, expect, it } from 'vitest';
import type { HeldPlan } from '../../../functions/core/conversation.ts';
import { failurePage } from '../../../functions/core/widget/failure-page.ts';
import { type HeldEntry, type HomeView, homePage } from '../../../functions/core/widget/home-page.ts';
import { FIELD } from '../../../functions/core/widget/request.ts';
import { conversationKey, HOUR, NOW } from '../../support/builders.ts';
import { seenPage } from '../../support/seen-page.ts';
import { FRAME, READ_ONLY, titled } from './frame.ts';

const read = <Value>(value: Value) => ({ kind: 'read', value }) as const;
const failed = { kind: 'failed' } as const;
const QUIET: HomeView = {
  parked: read({ groups: [], isComplete: true }),
  held: read({ entries: [], isComplete: true }),
  appIds: read(['bank', 'shop']),
};
const HOUR_AGO = '1 h ago 2026-03-01 11:00:00 UTC';
const NOTHING_PARKED =
  'Parked changes 0 Nothing is parked. Every change was applied, was so already, or waits by itself.';
const NOTHING_HELD = 'Held plans 0 No plan is held: no removals wait for an approval.';
const FORM = 'Look up a member App bank shop Conversation Member, by the id kind of the app [Look up]';

const home = (view: Partial<HomeView>, frame = FRAME) => seenPage(homePage(frame, { ...QUIET, ...view }));

describe('the first page', () => {
  it('says that nothing waits, and where to look further', () => {
    const { words, buttons, notices } = home({});
    expect(notices).toEqual(['quiet', 'quiet']);
    expect(words).toBe(`${titled('Rollcall')} ${NOTHING_PARKED} ${NOTHING_HELD} ${FORM} [Refresh]`);
    expect(buttons).toEqual([
      { label: 'Look up', kind: ' rc-primary', endpoint: 'arn:show', params: { show: 'member' } },
      { label: 'Refresh', kind: '', endpoint: 'arn:show', params: {} },
    ]);
  });

  it('says how to act where it lets nobody', () => {
    expect(home({}, READ_ONLY).words).toMatch(
      /\[Refresh\] This deployment lets nobody act from here; rollcall parked and rollcall approve do the same\.$/,
    );
  });

  it('says of each part that could not be read, and shows the others', () => {
    const why = "could not be read. The function's log says why; refresh to try again.";
    expect(home({ parked: failed }).words).toContain(
      `Parked changes What is parked ${why} ${NOTHING_HELD} ${FORM}`,
    );
    expect(home({ held: failed }).words).toContain(
      `${NOTHING_PARKED} Held plans Which plans are held ${why} ${FORM}`,
    );
    expect(home({ appIds: failed }).words).toContain(
      `${NOTHING_HELD} Look up a member Which apps are declared ${why} [Refresh]`,
    );
    const notices = home({ parked: failed, held: failed, appIds: failed }).notices;
    expect(notices).toEqual(['error', 'error', 'error']);
  });

  it('has nothing to look up before an app is declared', () => {
    expect(home({ appIds: read([]) }).notices).toEqual(['quiet', 'quiet', 'quiet']);
    expect(home({ appIds: read([]) }).words).toContain(
      'Look up a member No app is declared yet: see rollcall app set. [Refresh]',
    );
  });

  it('keeps what was asked for last, and says what was wrong with it', () => {
    const fields = { appId: 'shop', conversationId: 'orders', memberId: 'ann', problem: 'Enter an id.' };
    const page = homePage(FRAME, QUIET, fields);
    expect(page).toContain('<option value="shop" selected>shop</option>');
    expect(page).toContain('<option value="bank">bank</option>');
    expect(page).toContain(`name="${FIELD.conversation}" value="orders"`);
    expect(page).toContain(`name="${FIELD.member}" value="ann"`);
    expect(page).toContain('<p class="rc-notice rc-error" role="alert">Enter an id.</p>');
    expect(homePage(FRAME, QUIET)).toContain(`name="${FIELD.member}" value=""`);
    expect(homePage(FRAME, QUIET)).toContain(`name="${FIELD.conversation}" value=""`);
  });

  it('has the colours of the dashboard', () => {
    expect(homePage(FRAME, QUIET)).toContain('rc rc-light"');
    expect(homePage(READ_ONLY, QUIET)).toContain('rc rc-dark"');
  });
});

describe('parked changes on the first page', () => {
  const groups = [
    { reason: 'rejected', changes: 1_200, oldestAtMs: NOW - HOUR },
    { reason: 'invalid', changes: 1, oldestAtMs: NOW },
  ] as const;
  const heads = 'Changes Why they are parked Parked longest Act';

  it('are counted by reason, with what may be done about them', () => {
    const { words, buttons } = home({ parked: read({ groups, isComplete: true }) });
    expect(words).toContain(
      `Parked changes 1,201 ${heads} 1,200 the vendor refuses this request rejected · Runbook ${HOUR_AGO} [Show] [Redrive these] [Discard these]`,
    );
    expect(buttons.slice(0, 3)).toEqual([
      {
        label: 'Show',
        kind: '',
        endpoint: 'arn:show',
        params: { show: 'parked', reason: 'rejected', page: 0 },
      },
      {
        label: 'Redrive these',
        kind: ' rc-primary',
        endpoint: 'arn:act',
        params: { act: 'redrive', reason: 'rejected', parkedUntilMs: NOW },
        confirmation:
          'Send 1,200 changes (rejected: the vendor refuses this request) again? What a newer change has decided since stays as it is.',
      },
      {
        label: 'Discard these',
        kind: ' rc-danger',
        endpoint: 'arn:act',
        params: { act: 'discard', reason: 'rejected', parkedUntilMs: NOW },
        confirmation:
          'Discard 1,200 changes (rejected: the vendor refuses this request) for good? Rollcall no longer manages their members until a newer change comes.',
      },
    ]);
    expect(buttons[4]?.confirmation).toMatch(/^Send 1 change \(invalid: /);
  });

  it('are said to be more where not all were counted', () => {
    expect(home({ parked: read({ groups, isComplete: false }) }).notices).toEqual(['warning', 'quiet']);
    expect(home({ parked: read({ groups, isComplete: false }) }).words).toContain(
      `Parked changes at least 1,201 Only the first 1,201 were counted; there are more. ${heads}`,
    );
  });

  it('can only be looked at where nobody may act, with the runbook’s heading where it is no page', () => {
    const { words } = home({ parked: read({ groups, isComplete: true }) }, READ_ONLY);
    expect(words).toContain(`rejected · runbook: rejected ${HOUR_AGO} [Show] 1 the message`);
  });
});

describe('held plans on the first page', () => {
  const entry = (plan: Partial<HeldPlan> = {}): HeldEntry => ({
    conversation: conversationKey(),
    plan: { hash: 'h', heldAtMs: NOW - HOUR, removals: [{ memberId: 'ann' }], ...plan },
  });
  const heads = 'Removals Conversation Held Act';

  it('are listed with the way to each', () => {
    const { words, buttons } = home({ held: read({ entries: [entry()], isComplete: true }) });
    expect(words).toContain(
      `Held plans 1 ${heads} 1 orders app shop ${HOUR_AGO} [Look at 1 removal] Look up a member`,
    );
    expect(buttons[0]).toEqual({
      label: 'Look at 1 removal',
      kind: '',
      endpoint: 'arn:show',
      params: { show: 'plan', appId: 'shop', conversationId: 'orders' },
    });
  });

  it('are said to be the oldest where there are more', () => {
    expect(home({ held: read({ entries: [entry()], isComplete: false }) }).words).toContain(
      `Held plans the oldest 1 ${heads}`,
    );
  });

  it.each([
    [NOW + 1, true],
    [NOW, false],
  ])('are said to be approved until %i: %s', (approvedUntilMs, approved) => {
    const { words } = home({ held: read({ entries: [entry({ approvedUntilMs })], isComplete: true }) });
    expect(words.includes('app shop · approved, goes out with the next pass')).toBe(approved);
  });
});

it('a page that failed says what, and can be tried again', () => {
  const { words, buttons, notices } = seenPage(failurePage(FRAME, 'The plan could not be read.'));
  expect(notices).toEqual(['error']);
  expect(words).toBe(
    `${titled('Rollcall')} The plan could not be read. The function's log says why. [Try again]`,
  );
  expect(buttons).toMatchObject([{ endpoint: 'arn:show', params: {} }]);
});
