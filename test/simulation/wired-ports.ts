import { correctionBody } from '../../functions/core/correction.ts';
import { conversationText, memberGroupId, memberText } from '../../functions/core/member-key.ts';
import { ATTRIBUTE } from '../../functions/core/message.ts';
import type { OutgoingChange } from '../../functions/core/outgoing-change.ts';
import { reconcileBody } from '../../functions/core/reconcile-message.ts';
import type { MemberRow } from '../../functions/core/roster.ts';
import type {
  ChangeQueue,
  ChangeSender,
  ConversationRows,
  CorrectionSender,
  DueConversations,
  ReconcileQueue,
  ReconcileRuns,
  Roster,
  Secrets,
  SendAnswer,
  Telemetry,
  Users,
} from '../../functions/workflows/ports.ts';
import { type FunctionProcess, WireError } from './function-process.ts';
import { SHARDS } from './roster-table.ts';
import type { World } from './world.ts';

/** What the adapter cuts waits to. */
const HIDDEN_MAX_MS = 12 * 3_600_000 - 15 * 60_000;

/*
 * The workflows' ports, as one process has them: each method is one request from that process to a model, and may be
 * lost, repeated or outlived on its way.
 */

export function rosterPort(
  process: FunctionProcess,
  world: World,
): Roster & ConversationRows & ReconcileRuns & DueConversations & Users {
  const { table } = world;
  const call = <Answer>(method: string, detail: string, effect: () => Answer) =>
    process.call<Answer>({
      port: 'roster',
      method,
      detail,
      legMs: [1, 60],
      effect: () => {
        if (world.faults.isTableOut(world.scheduler.nowMs)) {
          process.hasMetFault = true;
          throw new WireError('the table is out');
        }
        return { answer: effect() };
      },
    });
  return {
    shards: SHARDS,
    app: (appId) => call('app', appId, () => table.apps.get(appId)),
    createConversation: (key, dueAtMs) =>
      call('createConversation', key.conversationId, () => table.createConversation(key, dueAtMs)),
    putWish: (key, wish, nowMs) =>
      call('putWish', `${key.memberId} ${wish.action} ${wish.changeId}`, () =>
        table.putWish(key, wish, nowMs),
      ),
    member: (key) => call('member', key.memberId, () => table.members.get(memberText(key))),
    patchMember: (key, version, patch, ...rest: [MemberRow['state']?, string?]) =>
      call('patchMember', `${key.memberId} ${JSON.stringify(patch)}`, () => {
        const before = table.members.get(memberText(key));
        const isDone = table.patchMember(key, version, patch, ...rest);
        if (isDone && before && process.functionName === 'operator') world.oracle.ends.letGo(before);
        return isDone;
      }),
    countStart: (key, version, alone, ...rest: [MemberRow['state']?]) =>
      call('countStart', `${key.memberId}${alone ? ' alone' : ''}`, () =>
        table.countStart(key, version, alone, ...rest),
      ),
    markDue: (key, dueAtMs) => call('markDue', key.conversationId, () => table.markDue(key, dueAtMs)),
    conversation: (key) =>
      call('conversation', key.conversationId, () => table.conversations.get(conversationText(key))),
    parkedItem: (messageId) => call('parkedItem', messageId, () => table.parked.get(messageId)),
    putParkedItem: (item) =>
      call('putParkedItem', `${item.message.messageId} ${item.reason}`, () => table.putParkedItem(item)),
    merge: (of) => call('merge', `${of.kind} ${of.id}`, () => table.merge(of)),
    claimMerge: (of, edge) =>
      call('claimMerge', `${of.id} → ${edge.survivor}`, () => table.claimMerge(of, edge)),
    settleMerge: (of, eventId, state) =>
      call('settleMerge', `${of.id} ${state}`, () => table.settleMerge(of, eventId, state)),
    conversationsOf: (user, after) =>
      call('conversationsOf', user.memberId, () =>
        table.conversationsOf(user, after, world.faults.indexLagMs(world.scheduler.nowMs)),
      ),
    due: (shard, untilMs, limit) =>
      call('due', String(shard), () =>
        table.due(shard, untilMs, limit, world.faults.indexLagMs(world.scheduler.nowMs)),
      ),
    postpone: (due, toMs) => call('postpone', due.key.conversationId, () => table.postpone(due, toMs)),
    memberRows: (key, after) => call('memberRows', key.conversationId, () => table.memberRows(key, after)),
    patchConversation: (key, patch) =>
      call('patchConversation', key.conversationId, () => table.patchConversation(key, patch)),
    countRemovals: (key, removals, read) =>
      call('countRemovals', key.conversationId, () => table.countRemovals(key, removals, read)),
    run: (window) => call('run', '', () => table.run(window)),
    countPlanned: (window, conversations) =>
      call('countPlanned', '', () => table.addToRun(window, conversations, 0)),
    countNewlyHeld: (window) => call('countNewlyHeld', '', () => table.addToRun(window, 0, 1)),
  };
}

export function changeQueuePort(process: FunctionProcess, world: World): ChangeQueue {
  return {
    delay: (message, afterMs) =>
      process.call({
        port: 'queue',
        method: 'delay',
        detail: `${message.messageId} ${afterMs} ms`,
        legMs: [1, 60],
        effect: () => ({
          answer: world.changeQueue.hide(message.receiptHandle, Math.min(HIDDEN_MAX_MS, Math.ceil(afterMs))),
        }),
      }),
    sendToDeadLetterQueue: ({ message, reason, detail }) =>
      process.call<void>({
        port: 'queue',
        method: 'sendToDeadLetterQueue',
        detail: message.messageId,
        legMs: [1, 60],
        effect: () => {
          const attributes = {
            ...message.attributes,
            [ATTRIBUTE.reason]: reason,
            [ATTRIBUTE.detail]: detail,
            [ATTRIBUTE.parkedMessageId]: message.messageId,
          };
          const { body, groupId, messageId } = message;
          world.deadLetterQueue.send({ body, groupId, deduplicationId: messageId, attributes });
          world.oracle.ends.sentToDeadLetterQueue(messageId);
          return { answer: undefined };
        },
      }),
  };
}

export function correctionSender(process: FunctionProcess, world: World): CorrectionSender {
  return {
    send: (corrections) =>
      process.call({
        port: 'corrections',
        method: 'send',
        detail: corrections.map(({ member, cause }) => `${member.memberId}:${cause}`).join(' '),
        legMs: [1, 60],
        effect: () => {
          const taken = world.faults.isSendPartial()
            ? Math.floor(corrections.length / 2)
            : corrections.length;
          for (const correction of corrections.slice(0, taken)) {
            const { member, plannedAgainst, cause, passId } = correction;
            const deduplicationId = JSON.stringify([
              memberText(member),
              plannedAgainst ?? null,
              cause,
              passId,
            ]);
            const groupId = memberGroupId(member);
            world.changeQueue.send({
              body: correctionBody(correction),
              groupId,
              deduplicationId,
              attributes: {},
            });
          }
          world.oracle.corrections.sent(process, corrections.slice(0, taken));
          world.operators.correctionsSent(corrections.slice(0, taken));
          return { answer: corrections.slice(taken) };
        },
      }),
  };
}

export function changeSender(process: FunctionProcess, world: World): ChangeSender {
  return {
    sendChanges: (changes) =>
      process.call({
        port: 'changes',
        method: 'sendChanges',
        detail: changes.map(({ change }) => `${change.action} ${change.member.memberId}`).join(' '),
        legMs: [1, 60],
        effect: () => {
          const taken = world.faults.isSendPartial() ? Math.floor(changes.length / 2) : changes.length;
          for (const outgoing of changes.slice(0, taken)) sendChange(outgoing, world);
          const answer = changes.map(
            (_, index): SendAnswer =>
              index < taken ? { sent: true } : { sent: false, code: 'InternalError' },
          );
          return { answer };
        },
      }),
  };
}

/** A change of Rollcall's own is accepted like any producer's. */
function sendChange({ change, body }: OutgoingChange, world: World): void {
  const { member } = change;
  const deduplicationId = JSON.stringify([change.id, memberText(member)]);
  const groupId = memberGroupId(member);
  const { isNew, messageId, sequenceNumber } = world.changeQueue.send({
    body,
    groupId,
    deduplicationId,
    attributes: {},
  });
  if (isNew) world.oracle.sentByWorker(change, messageId, sequenceNumber);
}

export function reconcileQueuePort(process: FunctionProcess, world: World): ReconcileQueue {
  return {
    send: (conversations) =>
      process.call({
        port: 'queue',
        method: 'send',
        detail: conversations.map(({ conversationId }) => conversationId).join(' '),
        legMs: [1, 60],
        effect: () => {
          const taken = world.faults.isSendPartial()
            ? Math.floor(conversations.length / 2)
            : conversations.length;
          for (const key of conversations.slice(0, taken)) world.reconcileQueue.send(reconcileBody(key));
          return { answer: conversations.slice(taken) };
        },
      }),
  };
}

export function secretsPort(process: FunctionProcess, world: World): Secrets {
  return {
    read: (appId) =>
      process.call<string | undefined>({
        port: 'secrets',
        method: 'read',
        detail: appId,
        legMs: [2, 80],
        effect: () => {
          const how = world.faults.secret(appId, world.scheduler.nowMs);
          if (how === 'unreadable') throw new WireError('Secrets Manager is out');
          if (how === 'missing') return { answer: undefined };
          if (how === 'malformed') return { answer: '{"keyId":' };
          return { answer: world.keys.secretOf(appId) };
        },
      }),
  };
}

export function telemetryPort(process: FunctionProcess, world: World): Telemetry {
  return {
    emit: (event) => {
      if (!process.isDead) world.oracle.emitted(event, process);
    },
  };
}
