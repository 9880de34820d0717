/** Judges what passes made of drift, by whom the vendor has before and after each. Imports nothing from functions/. */
import type { Drift } from './drift.ts';

type Present = ReadonlySet<string>;

/** Whom the vendor had, and what it was asked. */
export interface Snapshots {
  /** When the drift was there, and no pass had been made. */
  readonly introduced: Present;
  readonly afterFirst: Present;
  readonly afterSecond: Present;
  readonly afterThird: Present;
  /** Whose removal the roster said to be held after the first pass. */
  readonly held: readonly string[];
  /** Who came between the approval and the second pass, and is none of those approved. */
  readonly latecomer: string | undefined;
  /** Joins and leaves of the third pass. */
  readonly quietCalls: number;
}

export interface DriftFindings {
  readonly healed: number;
  readonly wronglyRemoved: number;
  readonly failures: readonly string[];
}

export function judgeDrift(drift: Drift, snapshots: Snapshots): DriftFindings {
  const { introduced, afterFirst, afterSecond, afterThird, latecomer, held, quietCalls } = snapshots;
  const { turned, notAtFirst } = drift;
  const atFirst = new Map([...turned].filter(([member]) => !notAtFirst.has(member)));
  const withLatecomer = new Set([...introduced, ...(latecomer === undefined ? [] : [latecomer])]);
  const first = wrongs(introduced, afterFirst, atFirst);
  const later = [afterSecond, afterThird].map((present) => wrongs(withLatecomer, present, turned));
  const removed = new Set([first, ...later].flatMap((each) => each.removed));
  const joined = new Set([first, ...later].flatMap((each) => each.joined));
  const unhealed = [...turned].filter(([member, wished]) => afterSecond.has(member) !== wished);
  const undone = [...turned].filter(([member, wished]) => afterThird.has(member) !== wished);
  return {
    healed: turned.size - unhealed.length,
    wronglyRemoved: removed.size,
    failures: [
      ...some(removed.size, 'members were removed that should have stayed'),
      ...some(joined.size, 'members were joined that nobody wished for'),
      ...some(unhealed.length, 'drifted members were not right again after two passes'),
      ...some(undone.length, 'drifted members were not right in the end'),
      ...wronglyHeld(drift, held, afterFirst),
      ...some(quietCalls, 'joins and leaves were made when nothing was left to do'),
    ],
  };
}

/** Who went and who came, other than those whose presence was to be put right. */
function wrongs(before: Present, after: Present, turned: ReadonlyMap<string, boolean>) {
  return {
    removed: [...before].filter((member) => !after.has(member) && turned.get(member) !== false),
    joined: [...after].filter((member) => !before.has(member) && turned.get(member) !== true),
  };
}

/** The brake holds back every removal of its conversation, and no join. */
function wronglyHeld(
  { turned, conversations }: Drift,
  held: readonly string[],
  afterFirst: Present,
): string[] {
  return (conversations.get('exact') ?? []).flatMap(({ appId, conversationId }) => {
    const there = [...turned].filter(([member]) => {
      const [ofApp, ofConversation] = JSON.parse(member) as string[];
      return ofApp === appId && ofConversation === conversationId;
    });
    const removals = there.filter(([, wished]) => !wished).map(([member]) => member);
    const joins = there.filter(([member, wished]) => wished && !afterFirst.has(member));
    const isSame = removals.length === held.length && removals.every((member) => held.includes(member));
    return [
      ...(isSame ? [] : [`${removals.length} removals should have been held, and ${held.length} were`]),
      ...some(joins.length, 'joins were held back with the removals'),
    ];
  });
}

function some(count: number, what: string): string[] {
  return count > 0 ? [`${count} ${what}`] : [];
}
