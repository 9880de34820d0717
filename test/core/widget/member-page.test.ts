import { expect, it } from 'vitest';
import { type MemberView, memberPage } from '../../../functions/core/widget/member-page.ts';
import { HOUR, memberKey, memberRow, NOW } from '../../support/builders.ts';
import { seenPage } from '../../support/seen-page.ts';
import { FRAME, titled } from './frame.ts';

const HOUR_AGO = '1 h ago 2026-03-01 11:00:00 UTC';
const HEAD = `${titled('Member')} ann in orders, app shop`;
const LOGS =
  'In the logs this member is hash-1: the saved query of one member’s history shows every change, call and correction.';
const FORM =
  'Look up a member App shop Conversation Member, by the id kind of the app [Look up] [Back to the overview]';
const APPS = { kind: 'read', value: ['shop'] } as const;
const VIEW: MemberView = { key: memberKey(), logHash: 'hash-1' };

it('a member is shown with all that its row tells', () => {
  const page = memberPage(FRAME, { ...VIEW, row: memberRow() }, APPS);
  expect(seenPage(page).words).toBe(
    [
      HEAD,
      `Wished in, by the change change-1 of ${HOUR_AGO}`,
      'State applied',
      `Applied in, as the vendor was last known to have it ${HOUR_AGO}.`,
      'Present not known: the conversation has not been compared yet.',
      'Who takes part this moment only the vendor knows: rollcall status shop orders asks it.',
      'History as far as the row tells',
      `${HOUR_AGO}the vendor had the member in`,
      `${HOUR_AGO}accepted; work on it began`,
      `${HOUR_AGO}the change change-1: join`,
      LOGS,
      FORM,
    ].join(' '),
  );
});

it('the form on a member’s page holds what was asked for', () => {
  const page = memberPage(FRAME, VIEW, APPS);
  expect(page).toContain('<option value="shop" selected>');
  expect(page).toMatch(/value="orders"[\s\S]*value="ann"/);
});

it('somebody who is not known is said to be so', () => {
  const unknown =
    'The roster does not know this member: no change for it was ever accepted here, or what it left behind has expired.';
  const lastPass = { startedAtMs: NOW, finishedAtMs: NOW - HOUR } as NonNullable<MemberView['lastPass']>;
  expect(seenPage(memberPage(FRAME, VIEW, APPS)).notices).toEqual(['warning']);
  expect(seenPage(memberPage(FRAME, VIEW, APPS)).words).toBe(`${HEAD} ${unknown} ${LOGS} ${FORM}`);
  expect(seenPage(memberPage(FRAME, { ...VIEW, lastPass }, APPS)).words).toBe(
    `${HEAD} ${unknown} The conversation was compared last ${HOUR_AGO}. ${LOGS} ${FORM}`,
  );
});
