import { setTimeout as sleep } from 'node:timers/promises';
import { conversationsOf, type DriftedConversation, whoOf } from './drift.ts';
import { type Endings, endSome } from './endings.ts';
import { presentMembers, type RosterRow, readRows } from './evidence.ts';
import type { HealWatch } from './heal-watch.ts';
import type { Meta } from './input.ts';
import { Standstill, type System } from './system.ts';
import { RETRY_WINDOW_MS, registerWebhooks } from './webhooks.ts';

/** What the vendor's webhooks did, in numbers. */
export interface WebhookStory {
  /** Members who were removed behind Rollcall's back, and a webhook told of it. */
  readonly introduced: number;
  readonly healed: number;
  readonly medianHealSeconds: number | undefined;
  /** Events that arrived only at their fourth try: the endpoint was down for three. */
  readonly lateEvents: number;
  /** Webhooks that got a new secret while events went on. */
  readonly rotated: number;
  readonly endings: Endings['kinds'];
  /** Members of these who were looked at, one by one. */
  readonly ended: number;
  readonly failures: readonly string[];
}

export const NO_WEBHOOKS: WebhookStory = {
  introduced: 0,
  healed: 0,
  medianHealSeconds: undefined,
  lateEvents: 0,
  rotated: 0,
  endings: { merged: 0, usersRemoved: 0, conversationsRemoved: 0 },
  ended: 0,
  failures: [],
};

/** Three tries come within a fifth of the window; the fourth is a third of it away. */
const DOWN_MS = RETRY_WINDOW_MS * 0.3;
const DRIFT_EVERY_MS = 25;
const DRIFT_MOST = 30;

type OnPhase = (phase: string) => void;

/** The third chapter, or why it could not be told to its end. */
export async function tellWebhooks(...told: Parameters<typeof tellEvents>): Promise<WebhookStory> {
  try {
    return await tellEvents(...told);
  } catch (error) {
    if (error instanceof Standstill) return { ...NO_WEBHOOKS, failures: [error.message] };
    throw error;
  }
}

/**
 * No schedule runs here: whatever is put right, is because the vendor told of it. People are removed while all is well,
 * and again while the endpoint is down and the secrets are rotated; then users and a conversation come to their end.
 */
async function tellEvents(
  system: System,
  meta: Meta,
  watch: HealWatch,
  onPhase: OnPhase,
): Promise<WebhookStory> {
  const { vendor, embedded } = system.stack;
  for (const schedule of embedded.schedules.values()) schedule.stop();
  vendor.setWebhookTrouble(undefined);
  const before = presentMembers(vendor.world, meta.apps);
  const rows = await readRows(system.dynamodb, system.stack.tableName);
  const conversations = conversationsOf(vendor.world, meta.apps, rows);
  // Somebody corrected a moment ago, as the first member may be, is not corrected again at once: that is damped.
  const many = conversations.filter(({ joined }) => joined.length > 2);
  if (many.length === 0) return NO_WEBHOOKS;

  onPhase('webhooks');
  await removeSome(system, many.slice(0, DRIFT_MOST), 1, watch);
  await healed(system, watch);
  onPhase('rotation');
  const atFourth = () => vendor.stats().webhooks.deliveredAtTry['4'] ?? 0;
  const lateBefore = atFourth();
  vendor.setWebhookTrouble('cutOff');
  const rotation = registerWebhooks(meta, system.stack, { isRotating: true });
  // Told where it is waited for; where nobody waits any more, the interruption has been told already.
  rotation.catch(() => {});
  await removeSome(system, many.toReversed().slice(0, DRIFT_MOST), -1, watch);
  await sleep(DOWN_MS, undefined, { signal: system.signal });
  vendor.setWebhookTrouble(undefined);
  await healed(system, watch);
  await rotation;
  const lateEvents = atFourth() - lateBefore;
  const failures = differences(before, presentMembers(vendor.world, meta.apps));

  onPhase('endings');
  const now = conversationsOf(
    vendor.world,
    meta.apps,
    await readRows(system.dynamodb, system.stack.tableName),
  );
  const endings = endSome(vendor.world, now, rows);
  const wrong = await ended(system, meta, endings, before);
  return {
    introduced: watch.healed + watch.missing,
    healed: watch.healed,
    medianHealSeconds: watch.medianSeconds,
    lateEvents,
    rotated: meta.apps.length,
    endings: endings.kinds,
    ended: endings.rows.size,
    failures: [...failures, ...wrong, ...neverDelivered(system)],
  };
}

/** Removes the second or the last member of each conversation, one after the other. */
async function removeSome(
  { stack, signal }: System,
  conversations: readonly DriftedConversation[],
  which: 1 | -1,
  watch: HealWatch,
): Promise<void> {
  const { world } = stack.vendor;
  for (const { appId, conversationId, idKind, joined } of conversations) {
    const memberId = joined.at(which) ?? '';
    const found = world.participants(appId, conversationId).find((each) => each[idKind] === memberId);
    if (!found) continue;
    watch.miss(appId, conversationId, found.userId);
    world.leave(appId, conversationId, whoOf(idKind, memberId));
    await sleep(DRIFT_EVERY_MS, undefined, { signal });
  }
}

function healed(system: System, watch: HealWatch): Promise<void> {
  return system.until(
    'what webhooks told of to be healed',
    async () => watch.missing === 0,
    () => `${watch.missing}`,
  );
}

/** Waits until all is as it must be; says what is not, where it never is. */
async function ended(
  system: System,
  { apps }: Meta,
  endings: Endings,
  before: ReadonlySet<string>,
): Promise<string[]> {
  const expected = new Set(before);
  for (const [member, isPresent] of endings.present) {
    if (isPresent) expected.add(member);
    else expected.delete(member);
  }
  let wrong: string[] = [];
  const isEnded = async () => {
    const rows = await readRows(system.dynamodb, system.stack.tableName);
    const wrongRows = [...endings.rows].filter(([member, isRight]) => !isRight(rows.get(member)));
    wrong = [
      ...differences(expected, presentMembers(system.stack.vendor.world, apps)),
      ...wrongRows.map(([member]) => `the roster says otherwise: ${said(rows.get(member))}`),
    ];
    return wrong.length === 0;
  };
  try {
    await system.until('merges and removals to be followed', isEnded, () => `${wrong.length}`);
  } catch (error) {
    if (!(error instanceof Standstill)) throw error;
  }
  return wrong;
}

function said(row: RosterRow | undefined): string {
  return row ? `${row.action}, ${row.state}` : 'nothing';
}

function differences(expected: ReadonlySet<string>, present: ReadonlySet<string>): string[] {
  return [
    ...[...expected].filter((member) => !present.has(member)).map(() => 'the vendor lacks a member'),
    ...[...present].filter((member) => !expected.has(member)).map(() => 'the vendor has a member too many'),
  ];
}

function neverDelivered({ stack }: System): string[] {
  const { refused, exhausted, dropped } = stack.vendor.stats().webhooks;
  const count = refused + exhausted + dropped;
  return count === 0 ? [] : [`${count} events were never taken in`];
}
