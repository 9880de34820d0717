/**
 * Generates `changes.jsonl` and `changes.meta.json`, always the same ones. Run it as `node examples/generate.ts`; a test
 * fails while the files are stale. What is in them, and why, stands in README.md.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  branches,
  crowdedConversation,
  type ExampleApp,
  fieldCrews,
  memberOf,
  ordinaryConversation,
  PARTICIPANT_CAP,
  undecided,
} from './business.ts';
import { invalidLines, oddButValidLines, oldLines } from './hostile-lines.ts';
import { AS_OF, Morning, type ReportedChange } from './morning.ts';

export const CHANGES_FILE = join(import.meta.dirname, 'changes.jsonl');
export const META_FILE = join(import.meta.dirname, 'changes.meta.json');

const SEED = 20_260_115;
/** Declared nowhere. */
const UNDECLARED_APP = '61c7a0b9e8d7f6000e1a2b3c';

/** The texts of both files. */
export function example(): { readonly changes: string; readonly meta: string } {
  const morning = new Morning(SEED);
  const crews = fieldCrews(morning);
  const offices = branches(morning);
  const [crowded = '', ...ordinary] = crews.conversationIds;
  crowdedConversation(morning, crews, crowded);
  for (const conversationId of ordinary) ordinaryConversation(morning, crews, conversationId);
  for (const conversationId of offices.conversationIds) {
    ordinaryConversation(morning, offices, conversationId);
  }
  reportTies(morning, offices);
  reportMistakes(morning, crews, offices);
  reportStrangers(morning, crews);
  reportStrangers(morning, offices);
  sendOddLines(morning, crews, offices);
  return { changes: `${morning.lines().join('\n')}\n`, meta: metaText([crews, offices], crowded) };
}

/** People who are in one conversation only, so that nothing else is reported of them there. */
function reportTies(morning: Morning, app: ExampleApp): void {
  const [first = '', second = ''] = app.conversationIds;
  undecided(morning, memberOf(app, first, 'tie-01'), ['join', 'leave']);
  undecided(morning, memberOf(app, first, 'tie-02'), ['leave', 'join']);
  undecided(morning, memberOf(app, second, 'tie-03'), ['join', 'leave', 'join']);
  undecided(morning, memberOf(app, second, 'tie-04'), ['join', 'leave', 'leave', 'join', 'leave']);
}

/** Right in form, wrong in content: the other kind of id, an app that nobody declared, a leave of somebody who never came. */
function reportMistakes(morning: Morning, crews: ExampleApp, offices: ExampleApp): void {
  for (const [app, other] of [
    [crews, offices],
    [offices, crews],
  ] as const) {
    for (const conversationId of morning.some(app.conversationIds, 7)) {
      const [memberId = ''] = morning.some(other.people, 1);
      const member = { ...memberOf(app, conversationId, memberId), idKind: other.idKind };
      morning.report(morning.chance(0.8) ? 'join' : 'leave', member, morning.between(5, 230));
    }
    const [conversationId = ''] = app.conversationIds.slice(-1);
    for (let never = 1; never <= 3; never++) {
      const memberId = `never-joined-${never}`;
      morning.report('leave', memberOf(app, conversationId, memberId), morning.between(5, 230));
    }
    const undeclared = { ...memberOf(app, conversationId, `u-${app.auth}`), appId: UNDECLARED_APP };
    for (let count = 0; count < 3; count++) morning.report('join', undeclared, morning.between(5, 230));
  }
}

/** The vendor knows nothing whose id begins with `missing-`. */
function reportStrangers(morning: Morning, app: ExampleApp): void {
  const conversationIds = morning.some(app.conversationIds.slice(1), 6);
  conversationIds.forEach((conversationId, index) => {
    const memberId = `missing-${app.auth}-${index}`;
    morning.report('join', memberOf(app, conversationId, memberId), morning.between(5, 230));
  });
  for (let index = 0; index < 4; index++) {
    const [memberId = ''] = morning.some(app.people, 1);
    const member = memberOf(app, `missing-${app.auth}-conversation-${index}`, memberId);
    morning.report(index === 0 ? 'leave' : 'join', member, morning.between(5, 230));
  }
}

function sendOddLines(morning: Morning, crews: ExampleApp, offices: ExampleApp): void {
  const common = { version: 1, action: 'join', occurredAt: '2026-01-15T09:30:00.000Z' } as const;
  const byUserId: ReportedChange = {
    ...common,
    id: 'to be replaced',
    appId: crews.appId,
    conversationId: crews.conversationIds[1] ?? '',
    userId: 'odd-line-1',
  };
  const byUserExternalId: ReportedChange = {
    ...common,
    id: 'to be replaced',
    appId: offices.appId,
    conversationId: offices.conversationIds[1] ?? '',
    userExternalId: 'odd-line-2',
  };
  const right = { byUserId, byUserExternalId };
  for (const line of [...invalidLines(right), ...oldLines(right), ...oddButValidLines(right)]) {
    morning.arrives(line, morning.between(91, 235));
  }
}

function metaText(apps: readonly ExampleApp[], crowded: string): string {
  const [crews] = apps;
  const meta = {
    asOf: AS_OF,
    apps: apps.map(({ appId, idKind, auth }) => ({ appId, idKind, auth })),
    conversations: [{ appId: crews?.appId, conversationId: crowded, participantCap: PARTICIPANT_CAP }],
  };
  return `${JSON.stringify(meta, undefined, 2)}\n`;
}

if (import.meta.main) {
  const { changes, meta } = example();
  writeFileSync(CHANGES_FILE, changes);
  writeFileSync(META_FILE, meta);
}
