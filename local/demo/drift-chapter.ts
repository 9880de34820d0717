import { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { DynamoDBOperatorRoster } from '../../functions/adapters/operator-roster.ts';
import { APPROVAL_MS } from '../../functions/core/removal-limit.ts';
import {
  addStranger,
  type Drift,
  type DriftedConversation,
  type DriftKind,
  introduceDrift,
} from './drift.ts';
import { judgeDrift, type Snapshots } from './drift-findings.ts';
import { presentMembers, type RosterRow, readConversations } from './evidence.ts';
import type { Meta } from './input.ts';
import { Standstill, type System } from './system.ts';

/** What became of drift, in numbers. */
export interface DriftStory {
  /** Members whose presence was turned round behind Rollcall's back, and who are Rollcall's to put right. */
  readonly introduced: number;
  /** Those of them who were right again after two passes. */
  readonly healed: number;
  /** Removals that waited for an operator. */
  readonly held: number;
  readonly passes: number;
  /** People who should have stayed, and did not. */
  readonly wronglyRemoved: number;
  /** Strangers and protected people beside them. */
  readonly leftAlone: number;
  /** What the last pass asked the vendor for, when nothing was left to do. */
  readonly quietListings: number;
  /** Conversations by what was wrong with them. */
  readonly kinds: Readonly<Record<string, number>>;
  /** What is not as it must be. */
  readonly failures: readonly string[];
}

export const NO_DRIFT: DriftStory = {
  introduced: 0,
  healed: 0,
  held: 0,
  passes: 0,
  wronglyRemoved: 0,
  leftAlone: 0,
  quietListings: 0,
  kinds: {},
  failures: [],
};

const PASSES = 3;

/** The second chapter, or why it could not be told to its end. */
export async function tellDrift(...told: Parameters<typeof tellPasses>): Promise<DriftStory> {
  try {
    return await tellPasses(...told);
  } catch (error) {
    if (error instanceof Standstill) return { ...NO_DRIFT, failures: [error.message] };
    throw error;
  }
}

/**
 * Changes who takes part behind Rollcall's back and lets three passes run: the first meets everything at once, the
 * second comes when listings work again and an operator has approved what was held, the third finds nothing to do.
 * What came of it is told by comparing whom the vendor has before and after each.
 */
async function tellPasses(
  system: System,
  { apps }: Meta,
  rows: ReadonlyMap<string, RosterRow>,
  random: () => number,
  onPass: (pass: number) => void,
): Promise<DriftStory> {
  const { vendor } = system.stack;
  vendor.setFaults(undefined);
  const drift = introduceDrift(vendor.world, apps, rows, random);
  if (drift.conversations.size === 0) return NO_DRIFT;
  const [exact] = drift.conversations.get('exact') ?? [];
  await declare(system, drift);
  const present = () => presentMembers(vendor.world, apps);
  const pass = async (number: number): Promise<void> => {
    onPass(number);
    await makePass(system);
  };

  const introduced = present();
  await pass(1);
  const afterFirst = present();
  const held = await heldRemovals(system, exact);
  mendListings(system, drift);
  const latecomer = exact && addStranger(vendor.world, exact, 'who came after the approval');
  if (exact) await approve(system, exact);
  await pass(2);
  const afterSecond = present();
  const before = vendor.stats().requests;
  await pass(3);
  const { requests } = vendor.stats();
  const snapshots: Snapshots = {
    introduced,
    afterFirst,
    afterSecond,
    afterThird: present(),
    held,
    latecomer,
    quietCalls: requests.join + requests.leave - before.join - before.leave,
  };
  return {
    ...judgeDrift(drift, snapshots),
    introduced: drift.turned.size,
    held: held.length,
    passes: PASSES,
    leftAlone: drift.leftAlone,
    quietListings: requests.list - before.list,
    kinds: kindCounts(drift),
  };
}

/** The rules under which the drift is met: one conversation takes in nobody else, and one person is protected. */
async function declare({ dynamodb, stack }: System, { conversations }: Drift): Promise<void> {
  const roster = new DynamoDBOperatorRoster(dynamodb, stack.tableName);
  const appRows = new DynamoDBAppRows(dynamodb, stack.tableName);
  for (const conversation of conversations.get('exact') ?? [])
    await roster.patchConversation(conversation, { policy: 'exact' });
  for (const { appId, idKind, left } of conversations.get('protected') ?? [])
    await appRows.put({ appId, idKind, protectedMembers: left.slice(0, 1) });
}

/** Makes every conversation due, lets the planner run, and waits until all have been compared and all is quiet. */
async function makePass(system: System): Promise<void> {
  const { dynamodb, stack } = system;
  const sinceMs = Date.now();
  const roster = new DynamoDBOperatorRoster(dynamodb, stack.tableName);
  const conversations = await readConversations(dynamodb, stack.tableName);
  await Promise.all(conversations.map((each) => roster.markDue(each, sinceMs)));
  await stack.planReconciles();
  await system.until('a pass over all conversations', async () => {
    const now = await readConversations(dynamodb, stack.tableName);
    const isCompared = now.every(({ lastPassStartedAtMs }) => lastPassStartedAtMs >= sinceMs);
    return isCompared && (await system.isQuiet());
  });
}

async function heldRemovals(
  { dynamodb, stack }: System,
  exact: DriftedConversation | undefined,
): Promise<readonly string[]> {
  if (!exact) return [];
  const { appId, conversationId } = exact;
  const all = await readConversations(dynamodb, stack.tableName);
  const found = all.find((each) => each.appId === appId && each.conversationId === conversationId);
  return (found?.held ?? []).map((memberId) => JSON.stringify([appId, conversationId, memberId]));
}

/** Approves what is held, as an operator does who has looked at it. */
async function approve({ dynamodb, stack }: System, conversation: DriftedConversation): Promise<void> {
  const roster = new DynamoDBOperatorRoster(dynamodb, stack.tableName);
  const hash = (await roster.conversation(conversation))?.held?.hash;
  const nowMs = Date.now();
  if (hash !== undefined)
    await roster.approveHeld(conversation, hash, { nowMs, untilMs: nowMs + APPROVAL_MS });
}

function mendListings({ stack }: System, { conversations }: Drift): void {
  for (const kind of ['failPage2', 'repeatPage'] as const) {
    for (const { appId, conversationId } of conversations.get(kind) ?? [])
      stack.vendor.world.conversation(appId, conversationId).listFault = undefined;
  }
}

function kindCounts({ conversations }: Drift): Partial<Record<DriftKind, number>> {
  return Object.fromEntries([...conversations].map(([kind, ofKind]) => [kind, ofKind.length]));
}
