import type { AppRow } from '../core/app.ts';
import { nextDueMs } from '../core/due.ts';
import type { Participant } from '../core/listing.ts';
import type { ConversationKey, MemberKey } from '../core/member-key.ts';
import type { MemberRow } from '../core/roster.ts';
import { BEFORE_EVERY_CHANGE } from '../core/version.ts';
import { listAllParticipants, type Unlisted } from './list-participants.ts';
import type { Clock, Roster, Vendor } from './ports.ts';
import type { DeploymentSettings } from './settings.ts';
import type { Deadline, VendorCalls } from './vendor-calls.ts';

export type AdoptedRow = Omit<MemberRow, 'expiresAtMs'>;

/** A dry run has a roster that looks whether there is a row, and writes none. */
export interface AdoptingRoster extends Pick<Roster, 'createConversation'> {
  /** Writes the row of a member that has none yet; false: it has one. Repeats do no harm. */
  adoptMember(row: AdoptedRow): Promise<boolean>;
}

export interface AdoptContext {
  readonly roster: AdoptingRoster;
  readonly vendor: Pick<Vendor, 'list'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly calls: VendorCalls;
  readonly settings: Pick<DeploymentSettings, 'timings'>;
  readonly deadline: Deadline;
  /** Told now and then. */
  readonly onProgress: (done: number, all: number) => void;
}

/** What became of the present participants, or why nothing was done. */
export type Adoption =
  | {
      readonly kind: 'adopted';
      readonly participants: number;
      readonly adopted: number;
      /** They have a row already, which stays as it is. */
      readonly known: number;
      /** They have no id of the app's kind, so that no change could ever name them. */
      readonly unnamed: number;
    }
  | Unlisted;

/** What stands in the place of a change's id in the row of an adopted member. */
export const ADOPTED_CHANGE_ID = 'adopted';
/** Writes under way at once. */
const WRITES = 10;

/** Takes a conversation under management: whoever is present is wished for from now on, older than any change. */
export async function adoptConversation(
  conversation: ConversationKey,
  app: AppRow,
  context: AdoptContext,
): Promise<Adoption> {
  const { roster, clock, settings, onProgress } = context;
  const startedAtMs = clock.nowMs();
  const read = await listAllParticipants(conversation, app, context);
  if (read.kind !== 'complete') return read;
  const rows = read.participants.flatMap((participant) =>
    adoptedRow(conversation, app, participant, startedAtMs),
  );
  // Before its first member's: a crash between must not leave a member unreconciled.
  await roster.createConversation(
    conversation,
    nextDueMs(conversation, clock.nowMs(), settings.timings.reconcileIntervalMs),
  );
  let adopted = 0;
  for (let from = 0; from < rows.length; from += WRITES) {
    const written = await Promise.all(rows.slice(from, from + WRITES).map((row) => roster.adoptMember(row)));
    adopted += written.filter(Boolean).length;
    onProgress(Math.min(rows.length, from + WRITES), rows.length);
  }
  const participants = read.participants.length;
  const unnamed = participants - rows.length;
  return { kind: 'adopted', participants, adopted, known: rows.length - adopted, unnamed };
}

function adoptedRow(
  { appId, conversationId }: ConversationKey,
  { idKind }: AppRow,
  participant: Participant,
  listedAtMs: number,
): AdoptedRow[] {
  const memberId = participant[idKind];
  if (memberId === undefined) return [];
  const key: MemberKey = { appId, conversationId, idKind, memberId };
  return [
    {
      key,
      version: BEFORE_EVERY_CHANGE,
      action: 'join',
      changeId: ADOPTED_CHANGE_ID,
      subscribeSDKClient: false,
      state: 'applied',
      wishedAtMs: listedAtMs,
      starts: 0,
      startsAlone: 0,
      confirmed: { action: 'join', version: BEFORE_EVERY_CHANGE, atMs: listedAtMs },
      participantId: participant.id,
    },
  ];
}
