import { ATTRIBUTE, type QueueMessage } from '../../functions/core/message.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import type { ChangeQueue } from '../../functions/workflows/ports.ts';

/** A message as it stands on the dead-letter queue. */
export interface DeadLetter {
  readonly body: string;
  readonly groupId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The change queue in memory, as far as its consumer tells it things. */
export class MemoryChangeQueue implements ChangeQueue {
  /** For how long each message was hidden last. */
  readonly delaysMs = new Map<string, number>();
  /** By the id of the message that was parked. */
  readonly deadLetters = new Map<string, DeadLetter>();

  async delay(message: QueueMessage, afterMs: number): Promise<void> {
    this.delaysMs.set(message.messageId, Math.ceil(afterMs / 1000) * 1000);
  }

  async sendToDeadLetterQueue({ message, reason, detail }: ParkedItem): Promise<void> {
    const { messageId, body, groupId } = message;
    if (this.deadLetters.has(messageId)) return;
    const attributes = {
      ...message.attributes,
      [ATTRIBUTE.reason]: reason,
      [ATTRIBUTE.detail]: detail,
      [ATTRIBUTE.parkedMessageId]: messageId,
    };
    this.deadLetters.set(messageId, { body, groupId, attributes });
  }
}
