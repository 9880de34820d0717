import type { Correction } from '../core/correction.ts';
import type { CorrectionSender } from './ports.ts';

/** What one SQS batch takes. */
const BATCH = 10;

/** Puts corrections on the change queue; throws where it did not take them all. */
export async function sendCorrections(
  corrections: readonly Correction[],
  sender: CorrectionSender,
): Promise<void> {
  for (let from = 0; from < corrections.length; from += BATCH) {
    const refused = await sender.send(corrections.slice(from, from + BATCH));
    if (refused.length > 0)
      throw new Error(`${refused.length} corrections were not taken by the change queue`);
  }
}
