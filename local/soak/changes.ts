import type { Input, Meta } from '../demo/input.ts';
import { expectedMembership } from '../expected-membership.ts';
import { seededRandom } from '../seeded-random.ts';

const APPS: Meta['apps'] = [
  { appId: 'soak-a', idKind: 'userId', auth: 'basic' },
  { appId: 'soak-b', idKind: 'userExternalId', auth: 'jwt' },
];
/** Few enough to be changed again and again: then neither the table nor the vendor grows with the run. */
const CONVERSATIONS_PER_APP = 20;
const MEMBERS_PER_CONVERSATION = 50;
/** Of a thousand lines so many are not to be applied, and so many are the line before once more. */
const BAD_PER_THOUSAND = 10;
const REPEATS_PER_THOUSAND = 10;
/** All of them happened before they are sent, one after the other. */
const FIRST_BEFORE_MS = 2 * 3_600_000;

/** So many lines of changes to members who come and go, and what they must lead to. */
export function soakInput(count: number, seed: number, nowMs: number): Input {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const lines: string[] = [];
  while (lines.length < count) {
    const chance = below(1_000);
    const last = lines.at(-1);
    if (chance < BAD_PER_THOUSAND) lines.push(badLine(lines.length, nowMs));
    else if (chance < BAD_PER_THOUSAND + REPEATS_PER_THOUSAND && last) lines.push(last);
    else lines.push(changeLine(lines.length, nowMs, below));
  }
  const meta = { asOf: new Date(nowMs).toISOString(), apps: APPS, conversations: [] };
  return { meta, lines, refused: new Set(), expected: expectedMembership(lines, meta) };
}

function changeLine(index: number, nowMs: number, below: (limit: number) => number): string {
  const { appId, idKind } = APPS[below(APPS.length)] ?? APPS[0] ?? { appId: '', idKind: 'userId' };
  const conversation = below(CONVERSATIONS_PER_APP);
  return JSON.stringify({
    id: `soak-${index}`,
    action: below(2) === 0 ? 'join' : 'leave',
    appId,
    conversationId: `c${conversation}`,
    [idKind]: `member-${conversation}-${below(MEMBERS_PER_CONVERSATION)}`,
    occurredAt: happenedAt(index, nowMs),
  });
}

/** In turn: an app that nobody declared, no JSON, a change without an action. */
function badLine(index: number, nowMs: number): string {
  const about = { id: `soak-${index}`, conversationId: 'c0', userId: 'member-0-0' };
  const change = { ...about, action: 'join', appId: 'soak-nobody', occurredAt: happenedAt(index, nowMs) };
  const bad = [change, `{"id":"soak-${index}"`, { ...change, appId: 'soak-a', action: 'dance' }][index % 3];
  return typeof bad === 'string' ? bad : JSON.stringify(bad);
}

function happenedAt(index: number, nowMs: number): string {
  return new Date(nowMs - FIRST_BEFORE_MS + index).toISOString();
}
