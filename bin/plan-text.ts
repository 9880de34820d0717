import type { NotDone, PlanLine, PlanReport } from './plan-report.ts';
import { count, counted, shown } from './terminal.ts';

/** A plan as people read it: a line per member, then what it comes to. */
export function planText(report: PlanReport): string {
  const { appId, conversationId, policy, participants, differences } = report;
  const present = participants === undefined ? 'participants unknown' : `${count(participants)} present`;
  const heading = `${appId} ${conversationId}: ${present}, policy ${policy}${report.reconcile ? '' : ', switched off'}`;
  const width = Math.max(0, ...differences.map(({ memberId }) => shown(memberId).length));
  const lines = differences.map((line) => lineText(line, width));
  return [heading, ...lines, '', sumText(report), ...heldText(report)].join('\n');
}

function lineText(line: PlanLine, width: number): string {
  const { memberId, action, notDone } = line;
  const because = [causeText(line), ...(notDone ? [notDoneText(notDone, line)] : [])].join(' · ');
  return `  ${sign(line)} ${shown(memberId).padEnd(width)}  ${action.padEnd(5)}  ${because}`;
}

/** `!` waits for somebody, `~` is only reported. */
function sign({ action, notDone }: PlanLine): string {
  if (!notDone) return action === 'join' ? '+' : '-';
  return notDone === 'held' || notDone === 'parked' ? '!' : '~';
}

function causeText({ cause, action, reason }: PlanLine): string {
  const because = reason === undefined ? '' : `: ${reason}`;
  switch (cause) {
    case 'deferred':
      return `an outage held it up${because}`;
    case 'unconfirmed':
      return 'never confirmed';
    case 'stuck':
      return 'stuck: in flight for longer than any delivery takes';
    case 'behind_our_back':
      return action === 'join' ? 'removed behind our back' : 'added behind our back';
    case 'merged':
      return 'its user or conversation was merged into another, and its wish moves there';
    case 'parked':
      return `parked${because}`;
    case 'unknown_participant':
      return 'unknown participant';
    default:
      return cause satisfies never;
  }
}

function notDoneText(notDone: NotDone, { timesCorrected }: PlanLine): string {
  switch (notDone) {
    case 'policy':
      return 'not under this policy';
    case 'protected':
      return 'protected';
    case 'parked':
      return 'needs an operator';
    case 'damped':
      return `corrected ${counted(timesCorrected, 'time')} already, waits`;
    case 'held':
      return 'held: over the removal limit';
    case 'run_stopped':
      return 'held: too many conversations of this run are newly held';
    case 'switched_off':
      return 'switched off';
    default:
      return notDone satisfies never;
  }
}

function sumText({ listing, differences }: PlanReport): string {
  const done = differences.filter(({ notDone }) => !notDone);
  const joins = done.filter(({ action }) => action === 'join').length;
  const sum = `${count(joins)} to join, ${count(done.length - joins)} to leave, ${count(differences.length - done.length)} only reported`;
  if (listing !== 'complete') return `Without a complete listing only deferred changes go: ${sum}.`;
  return differences.length === 0 ? 'Nothing to do: who is present is as wished.' : `Plan: ${sum}.`;
}

function heldText({ appId, conversationId, held, dueAtMs }: PlanReport): string[] {
  if (!held) return [];
  const { hash, removals, isRecorded } = held;
  const due = dueAtMs === undefined ? '' : `, due ${new Date(dueAtMs).toISOString()},`;
  const first = isRecorded ? '' : `, once the next pass${due} has recorded them`;
  return [
    `${counted(removals, 'removal')} held. To release exactly ${removals === 1 ? 'this' : 'these'}${first}:`,
    `  rollcall approve ${appId} ${conversationId} --plan ${hash}`,
  ];
}
