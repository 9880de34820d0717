import { ATTRIBUTE } from '../../functions/core/message.ts';
import type {
  DeadLetterQueue,
  OutcomeEvents,
  ParkedChanges,
  ParkedCopies,
  RedriveQueue,
} from '../../functions/workflows/ports.ts';
import { type FunctionProcess, WireError } from './function-process.ts';
import type { World } from './world.ts';

/* What is parked, as one process has it: of the table, the dead-letter queue and the change queue. */

export function parkedPort(process: FunctionProcess, world: World): ParkedChanges & ParkedCopies {
  const { table } = world;
  const { parkedChanges } = table;
  const call = <Answer>(method: string, detail: string, effect: () => Answer) =>
    process.call<Answer>({
      port: 'parked',
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
    shards: 1,
    page: (_shard, between, after) => call('page', after ?? '', () => parkedChanges.page(between, after)),
    record: (messageId) => call('record', messageId, () => parkedChanges.record(messageId)),
    settle: (messageId, parkedAtMs, settled) =>
      call('settle', `${messageId} ${settled.as}`, () => table.settleParked(messageId, parkedAtMs, settled)),
    copiesDue: (_shard, untilMs, limit) =>
      call('copiesDue', '', () => parkedChanges.copiesDue(untilMs, limit)),
    copyDeleted: (messageId) => call('copyDeleted', messageId, () => parkedChanges.copyDeleted(messageId)),
    postponeCopy: (messageId, toMs) =>
      call('postponeCopy', messageId, () => parkedChanges.postponeCopy(messageId, toMs)),
    adopt: (item) => call('adopt', item.message.messageId, () => table.adoptParked(item)),
  };
}

export function deadLetterQueuePort(process: FunctionProcess, world: World): DeadLetterQueue {
  const { deadLetterQueue } = world;
  const call = <Answer>(method: string, detail: string, effect: () => Answer) =>
    process.call<Answer>({
      port: 'dead_letters',
      method,
      detail,
      legMs: [1, 60],
      effect: () => ({ answer: effect() }),
    });
  return {
    receive: () => call('receive', '', () => deadLetterQueue.receive(10)),
    delete: ({ messageId, receiptHandle }) =>
      call('delete', messageId, () => void deadLetterQueue.delete(receiptHandle)),
  };
}

export function redriveQueuePort(process: FunctionProcess, world: World): RedriveQueue {
  return {
    redrive: (item) =>
      process.call<void>({
        port: 'redrive',
        method: 'redrive',
        detail: item.message.messageId,
        legMs: [1, 60],
        effect: () => {
          const { messageId, body, groupId, attributes } = item.message;
          const sent = world.changeQueue.send({
            body,
            groupId,
            deduplicationId: `${messageId}.${item.parkedAtMs}`,
            attributes: { ...attributes, [ATTRIBUTE.parkedMessageId]: messageId },
          });
          world.oracle.ends.redriven(item, sent);
          return { answer: undefined };
        },
      }),
  };
}

export function outcomeEventsPort(process: FunctionProcess, world: World): OutcomeEvents {
  return {
    publish: (event) =>
      process.call<void>({
        port: 'events',
        method: 'publish',
        detail: event.kind,
        legMs: [1, 60],
        effect: () => {
          world.coverage.count('told to producers', event.kind);
          world.oracle.ends.published(event);
          world.oracle.privacy.published(event);
          return { answer: undefined };
        },
      }),
  };
}
