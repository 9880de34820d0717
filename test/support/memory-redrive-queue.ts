import { ATTRIBUTE, type QueueMessage } from '../../functions/core/message.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import { queueMessage } from './builders.ts';

/** What was redriven, as the change queue delivers it: `redrive-1`, `redrive-2`, … */
export function redelivered(sent: readonly ParkedItem[]): QueueMessage[] {
  return sent.map(({ message }, index) =>
    queueMessage(message.body, {
      messageId: `redrive-${index + 1}`,
      receiptHandle: `redrive-${index + 1}-handle`,
      groupId: message.groupId,
      attributes: { ...message.attributes, [ATTRIBUTE.parkedMessageId]: message.messageId },
    }),
  );
}
