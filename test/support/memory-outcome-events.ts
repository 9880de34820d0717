import type { OutcomeEvent } from '../../functions/core/outcome-event.ts';
import type { OutcomeEvents } from '../../functions/workflows/ports.ts';

/** An event bus in memory. */
export class MemoryOutcomeEvents implements OutcomeEvents {
  readonly published: OutcomeEvent[] = [];
  /** While it is, nothing can be published. */
  isOut = false;

  async publish(event: OutcomeEvent): Promise<void> {
    if (this.isOut) throw new Error('the event bus is out');
    this.published.push(event);
  }
}
