import { describe, expect, it } from 'vitest';
import { PARK_REASONS } from '../../functions/core/reasons.ts';
import { anchorOf } from '../../lib/operations/runbook.ts';
import { alarmsIn } from './alarms.ts';
import { runbookEntries } from './runbook.ts';
import { templateOf } from './template.ts';

describe('the runbook', () => {
  const entries = runbookEntries('Alarms');

  it('has a heading for each alarm, and no other', () => {
    const names = alarmsIn(templateOf()).map(({ AlarmName }) => AlarmName.replace('rollcall-', ''));
    expect(entries.map(({ heading }) => anchorOf(heading)).sort()).toEqual(names.sort());
  });

  it.each(entries.map(({ heading, text }) => [heading, text] as const))(
    'says of "%s" what it means, how to see it, what to do, and when it is over',
    (_, text) => {
      const parts = ['**What it means.**', '**See.**', '**Resolve.**', '**Resolved when**'];
      expect(parts.filter((part) => text.includes(part))).toEqual(parts);
    },
  );

  it('has a heading for each reason for which a change is parked', () => {
    const reasons = runbookEntries('Reasons for parking').map(({ heading }) => heading);
    expect(reasons).toEqual(Object.keys(PARK_REASONS));
  });
});

it.each([
  ['A plan is held', 'a-plan-is-held'],
  ['What? `user_not_found`!', 'what-user_not_found'],
])('the link to the heading %j ends with %j', (heading, anchor) => {
  expect(anchorOf(heading)).toBe(anchor);
});
