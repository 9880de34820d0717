import type { IdKind } from '../core/member-key.ts';
import { type MemberKey, memberText } from '../core/member-key.ts';
import { type Mergeable, userOf } from '../core/merge.ts';
import type { MemberRow } from '../core/roster.ts';
import { type DiscardPorts, discard, listParked } from './parked-changes.ts';
import type { ConversationRows, Roster, Users } from './ports.ts';
import { rowsOf } from './rows-of-user.ts';

/** A dry run has a roster that erases nothing. */
export interface ForgettingRoster
  extends Pick<Roster, 'member' | 'patchMember' | 'conversation'>,
    Pick<Users, 'conversationsOf'>,
    Pick<ConversationRows, 'memberRows' | 'patchConversation'> {
  /** Deletes a row that still has this version and state; says whether it did. */
  deleteMember(key: MemberKey, version: string, state: MemberRow['state']): Promise<boolean>;
  /** Every merge that names this user, as the discarded one or as the survivor; looks at the whole table. */
  mergesOf(user: Mergeable): AsyncIterable<Mergeable>;
  deleteMerge(of: Mergeable): Promise<void>;
}

export interface ForgetPorts extends DiscardPorts {
  readonly roster: ForgettingRoster;
}

/** What was erased. */
export interface Forgotten {
  readonly rows: number;
  /** Changes that waited for an outage, and are not applied any more: they were in these rows. */
  readonly deferred: number;
  readonly parked: number;
  readonly heldPlans: number;
  readonly merges: number;
  /** Rows that were left: their message is on the change queue, and would only make them anew. */
  readonly inFlight: number;
}

/** The index of users lags behind: whoever relies on it goes over it again. */
const ROUNDS = 2;

/**
 * Erases a person from the roster of one app: parked copies, rows, held plans that name the person, merges. Every step
 * may be repeated, so that it may end anywhere and be run again.
 */
export async function forgetPerson(
  person: { readonly appId: string; readonly memberId: string },
  idKind: IdKind,
  ports: ForgetPorts,
): Promise<Forgotten> {
  // Before the rows: a discard leaves the row to nobody, which is then erased with the others.
  const parked = await forgetParked(person, ports);
  const user = userOf(person);
  const erased = new Set<string>();
  const deferred = new Set<string>();
  const inFlight = new Set<string>();
  let heldPlans = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    inFlight.clear();
    for await (const rows of rowsOf(user, idKind, ports.roster)) {
      for (const row of rows) {
        if (await releasePlan(row.key, ports.roster)) heldPlans += 1;
        await forgetParkedRow(row, parked, ports);
        const state = await eraseRow(row, ports.roster);
        (state === 'pending' ? inFlight : erased).add(memberText(row.key));
        if (state === 'deferred') deferred.add(memberText(row.key));
      }
    }
  }
  let merges = 0;
  for await (const merge of ports.roster.mergesOf(user)) {
    await ports.roster.deleteMerge(merge);
    merges += 1;
  }
  return {
    rows: erased.size,
    deferred: deferred.size,
    parked: parked.size,
    heldPlans,
    merges,
    inFlight: inFlight.size,
  };
}

async function forgetParked(
  { appId, memberId }: { readonly appId: string; readonly memberId: string },
  ports: ForgetPorts,
): Promise<Set<string>> {
  const messageIds = new Set<string>();
  for await (const page of listParked({ appId }, ports.parked)) {
    for (const { messageId } of page.filter(({ key }) => key?.memberId === memberId)) {
      await discard(messageId, ports);
      messageIds.add(messageId);
    }
  }
  return messageIds;
}

/** The list of parked changes lags behind, and of one that was parked a moment ago its row knows already. */
async function forgetParkedRow(
  { state, message }: MemberRow,
  forgotten: Set<string>,
  ports: ForgetPorts,
): Promise<void> {
  if (state !== 'parked' || !message || forgotten.has(message.messageId)) return;
  await discard(message.messageId, ports);
  forgotten.add(message.messageId);
}

/** A plan that names the person goes whole; the next pass makes another. Says whether there was one. */
async function releasePlan(key: MemberKey, roster: ForgettingRoster): Promise<boolean> {
  const held = (await roster.conversation(key))?.held;
  if (!held?.removals.some(({ memberId }) => memberId === key.memberId)) return false;
  await roster.patchConversation(key, { held: null });
  return true;
}

/** In which state it was erased; `pending`: it was left, being in flight. What has moved on meanwhile is looked at again. */
async function eraseRow(row: MemberRow, roster: ForgettingRoster): Promise<MemberRow['state']> {
  const { key, version, state } = row;
  if (state === 'pending' || (await roster.deleteMember(key, version, state))) return state;
  const now = await roster.member(key);
  return now ? eraseRow(now, roster) : state;
}
