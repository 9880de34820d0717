import type { QueueMessage } from '../../functions/core/message.ts';
import type { DeadLetterQueue } from '../../functions/workflows/ports.ts';

/** The dead-letter queue in memory: two messages at a time, and what was received stays hidden until `show`. */
export class MemoryDeadLetterQueue implements DeadLetterQueue {
  readonly messages: QueueMessage[] = [];
  readonly #hidden = new Set<QueueMessage>();

  async receive(): Promise<readonly QueueMessage[]> {
    const page = this.messages.filter((message) => !this.#hidden.has(message)).slice(0, 2);
    for (const message of page) this.#hidden.add(message);
    return page;
  }

  async delete(message: QueueMessage): Promise<void> {
    this.messages.splice(this.messages.indexOf(message), 1);
  }

  show(): void {
    this.#hidden.clear();
  }
}
