import { correctionBody } from '../../functions/core/correction.ts';
import { memberGroupId, memberText } from '../../functions/core/member-key.ts';
import { reconcileBody } from '../../functions/core/reconcile-message.ts';
import { messageBody } from './message-body.ts';
import type { ChangeSpec, Fault } from './scenario.ts';
import { START_MS, type World } from './world.ts';

/** So many passes of one conversation are begun at once. */
const OVERLAPPING = 3;

/** Puts the scenario's changes, faults and operators on the calendar. */
export function putOnCalendar(world: World): void {
  const { changes, faults, operators } = world.scenario;
  const at = (ms: number, run: () => void) => world.scheduler.at(START_MS + ms, run);
  for (const change of changes) at(change.sentAtMs, () => send(change, world));
  for (const act of operators) at(act.atMs, () => world.operators.act(act));
  for (const fault of faults) {
    const strike = strikeOf(fault, world);
    if (strike && 'fromMs' in fault) at(fault.fromMs, () => strike() && world.faults.count(fault));
  }
}

/** A producer sends a change. */
function send(change: ChangeSpec, world: World): void {
  const app = world.app(change.appId);
  const { appId, conversationId, memberId, deduplicationId } = change;
  const key = { appId, conversationId, memberId, idKind: app.idKind };
  const groupId = change.group === 'member' ? memberGroupId(key) : conversationId;
  const body = messageBody(change, app, START_MS);
  const { isNew, messageId, sequenceNumber } = world.changeQueue.send({
    body,
    groupId,
    deduplicationId,
    attributes: {},
  });
  const { nowMs } = world.scheduler;
  world.trace.add(nowMs, 'producer', `${change.action} ${memberId} ${change.id} is ${messageId}`);
  if (!isNew) return;
  const accepted = world.oracle.accepted.add(change, app, messageId, nowMs, sequenceNumber, START_MS);
  world.oracle.isolation.accepted(accepted);
}

/** What a fault with a time of its own does then; it says whether it could. Undefined: the fault waits for its occasion. */
function strikeOf(fault: Fault, world: World): (() => boolean) | undefined {
  switch (fault.kind) {
    case 'rotation':
      return () => {
        const tellSecretsManager = world.keys.rotate(fault.appId);
        world.scheduler.after(fault.forMs, tellSecretsManager);
        return true;
      };
    case 'redelivery':
      return () => world.changeQueue.redeliverOne();
    case 'schedule_twice':
      return () => {
        world.planner.plan();
        world.planner.plan();
        return true;
      };
    case 'passes_overlap':
      return () => {
        for (let pass = 0; pass < OVERLAPPING; pass += 1) world.reconcileQueue.send(reconcileBody(fault));
        return true;
      };
    case 'conversation_removed':
      return () => world.vendor.conversations.remove(fault);
    case 'user_removed':
      return () => world.vendor.conversations.removeUser(fault.appId, fault.memberId);
    case 'users_merged':
      return () => world.vendor.conversations.mergeUsers(fault);
    case 'item_lost':
      return () => {
        const { parked, parkedChanges } = world.table;
        const lost = [...parked.values()].find(({ key }) => key?.memberId === fault.memberId);
        return lost !== undefined && parkedChanges.lose(lost.message.messageId);
      };
    case 'forged_correction':
      return () => {
        const { appId, conversationId, memberId } = fault;
        const member = { appId, conversationId, idKind: world.app(appId).idKind, memberId };
        const plannedAgainst = world.table.members.get(memberText(member))?.version;
        const passId = `forged-${fault.fromMs}`;
        const correction = {
          member,
          cause: fault.cause,
          passId,
          ...(plannedAgainst !== undefined && { plannedAgainst }),
        };
        const groupId = memberGroupId(member);
        world.changeQueue.send({
          body: correctionBody(correction),
          groupId,
          deduplicationId: passId,
          attributes: {},
        });
        world.oracle.removals.forged(correction);
        return true;
      };
    case 'behind_our_back':
      return () => {
        world.vendor.conversations.changeBehindOurBack(fault, fault.memberId, fault.action);
        world.oracle.removals.drifted({ ...fault, idKind: world.app(fault.appId).idKind });
        return true;
      };
    default:
      return undefined;
  }
}
