import { describe, expect, test } from 'vitest';
import { NO_DRIFT } from '../../../local/demo/drift-chapter.ts';
import type { Evidence } from '../../../local/demo/evidence.ts';
import { progressLine, table } from '../../../local/demo/report.ts';
import type { Story } from '../../../local/demo/story.ts';
import { failures, summarise } from '../../../local/demo/summary.ts';
import { NO_WEBHOOKS } from '../../../local/demo/webhook-chapter.ts';
import { WebhookLog } from '../../../local/demo/webhook-log.ts';
import { Outcomes } from '../../../local/outcomes.ts';

const OWN_FILE = { kills: 0, isExample: false };

function change(id: string, userId: string): string {
  return JSON.stringify({ id, appId: 'shop', conversationId: 'c1', userId });
}

function outcomesOf(ends: Readonly<Record<string, { outcome: string; reason?: string }>>): Outcomes {
  const outcomes = new Outcomes();
  for (const [messageId, end] of Object.entries(ends))
    outcomes.read(JSON.stringify({ message: 'change', messageId, ...end }));
  return outcomes;
}

function appliedRow(userId: string, changeId: string): Evidence['rows'] {
  const member = JSON.stringify(['shop', 'c1', userId]);
  return new Map([[member, { member, changeId, action: 'join', state: 'applied', occurredAtMs: 1 }]]);
}

/** Three changes, each of which ended in another way, and nothing wrong. */
function story(fields: Partial<Story> = {}): Story {
  const accepted = ['a', 'b', 'c'].map((id, line) => ({ messageId: `m-${id}`, body: change(id, id), line }));
  const parked = [{ body: change('c', 'c'), reason: 'id_kind' }];
  return {
    accepted,
    refused: 0,
    outcomes: outcomesOf({
      'm-a': { outcome: 'applied' },
      'm-b': { outcome: 'already' },
      'm-c': { outcome: 'parked', reason: 'id_kind' },
    }),
    evidence: { accepted, queued: 0, parked, rows: new Map(), present: new Set() },
    findings: { lost: [], mismatched: [], compared: 1_234 },
    settled: true,
    drift: NO_DRIFT,
    webhooks: NO_WEBHOOKS,
    webhookLog: new WebhookLog(),
    vendorRequests: 4_321,
    vendorThrottled: 20,
    unauthorized: 2,
    faults: { throttle: 20, fail: 20, stall: 20, drop: 20 },
    kills: 0,
    freezes: 0,
    seconds: 12.345,
    troubles: [],
    ...fields,
  };
}

function failuresOf(fields: Partial<Story>, options = OWN_FILE): string[] {
  const told = story(fields);
  return failures(told, summarise(told), options);
}

describe('the summary', () => {
  test('adds up to what was accepted', () => {
    const { accepted, applied, already, superseded, parked } = summarise(story());
    expect({ accepted, applied, already, superseded, parked }).toEqual({
      accepted: 3,
      applied: 1,
      already: 1,
      superseded: 0,
      parked: { id_kind: 1 },
    });
    expect(failuresOf({})).toEqual([]);
  });

  test.each([
    ['applied', 'b', 'applied'],
    ['superseded', 'newer', 'superseded'],
  ] as const)('looks up in the roster what nobody told: %s', (_, changeId, end) => {
    const told = story({
      outcomes: outcomesOf({ 'm-a': { outcome: 'already' }, 'm-c': { outcome: 'already' } }),
    });
    const rows = appliedRow('b', changeId);
    expect(summarise({ ...told, evidence: { ...told.evidence, rows } })[end]).toBe(1);
  });
});

describe('the demo has failed', () => {
  const only = (ends: Parameters<typeof outcomesOf>[0]) => ({ outcomes: outcomesOf(ends) });

  test.each<[string, Partial<Story>, string]>([
    [
      'where something is lost',
      { findings: { lost: ['line 7'], mismatched: [], compared: 1 } },
      'lost: line 7',
    ],
    ['where something differs', { findings: { lost: [], mismatched: ['x'], compared: 1 } }, 'mismatched: x'],
    ['where it never came to rest', { settled: false }, 'not everything was settled in time'],
    [
      'where a change ended nowhere',
      only({ 'm-c': { outcome: 'parked', reason: 'id_kind' } }),
      '3 accepted, but 1 ended',
    ],
    [
      'where the dead-letter queue does not hold what was parked',
      only({
        'm-a': { outcome: 'parked', reason: 'crashes' },
        'm-b': { outcome: 'applied' },
        'm-c': { outcome: 'parked', reason: 'id_kind' },
      }),
      '1 changes were parked as crashes, but 0 are',
    ],
    ['where drift was not healed', { drift: { ...NO_DRIFT, failures: ['y'] } }, 'drift: y'],
    ['where a webhook did not heal', { webhooks: { ...NO_WEBHOOKS, failures: ['z'] } }, 'webhooks: z'],
  ])('%s', (_, fields, failure) => {
    expect(failuresOf(fields)).toContain(failure);
  });

  test('where not all kills could be made', () => {
    expect(failuresOf({ kills: 2, freezes: 1 }, { kills: 4, isExample: false })).toEqual([
      '3 of 4 kills: there were no more calls to strike at',
    ]);
    expect(failuresOf({ kills: 3, freezes: 1 }, { kills: 4, isExample: false })).toEqual([]);
  });

  test('where the example met too little, which says nothing of a shorter file', () => {
    const little = { faults: { throttle: 20, fail: 19, stall: 20, drop: 20 }, unauthorized: 0 };
    const kinds = { removed: 1, added: 1, failPage2: 1, repeatPage: 1, exact: 1, protected: 1 };
    const drift = { ...NO_DRIFT, kinds };
    const endings = { merged: 1, usersRemoved: 1, conversationsRemoved: 0 };
    const webhooks = { ...NO_WEBHOOKS, endings };
    expect(failuresOf({ ...little, drift, webhooks }, { kills: 0, isExample: true })).toEqual([
      'fewer than 20 faults of the kind fail',
      'no call met the rotated credential',
      'no event had to wait for its fourth try',
      'nothing was conversationsRemoved',
      'no drift of the kind unmanaged',
    ]);
    expect(failuresOf({ ...little, drift })).toEqual([]);
  });
});

describe('the table', () => {
  test('groups the digits and lines up the numbers', () => {
    const told = story();
    const lines = table(summarise(told), told, []).split('\n');
    const numbered = lines.filter((each) => /^ {2}.* [\d,]+$/.test(each));
    expect(new Set(numbered.map(({ length }) => length)).size).toBe(1);
    expect(lines.join('\n')).toMatch(/requests +4,321\n/);
    expect(lines.join('\n')).toContain('1,234 members compared, 0 differ');
  });

  test('shows some of what is wrong, and how much more there is', () => {
    const told = story();
    const failed = Array.from({ length: 25 }, (_, index) => `failure ${index}`);
    const text = table(summarise(told), told, failed);
    expect(text).toContain('failure 19');
    expect(text).not.toContain('failure 20');
    expect(text).toContain('… and 5 more');
    expect(text).not.toContain('✔');
  });

  test('fits a terminal of 80 columns', () => {
    const told = story();
    for (const each of table(summarise(told), told, []).split('\n')) expect(each.length).toBeLessThan(80);
  });
});

describe('the progress line', () => {
  const progress = { phase: 'drift, pass 3', sent: 99_999, changes: 100, ended: 50, requests: 99_999 };

  test('fits a terminal of 80 columns', () => {
    expect(progressLine({ ...progress, ended: 99_999 }).length).toBeLessThan(80);
  });

  test('shows how much has ended', () => {
    expect(progressLine(progress)).toMatch(/^█{10}░{10} /);
    expect(progressLine({ ...progress, changes: 0, ended: 0 })).toMatch(/^░{20} /);
  });
});
