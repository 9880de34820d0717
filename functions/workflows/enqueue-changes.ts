import { movedInTime } from '../core/moved-in-time.ts';
import { type OutgoingChange, readOutgoing } from '../core/outgoing-change.ts';
import { Outbox, type Unsent } from './outbox.ts';
import type { ChangeSender, Clock } from './ports.ts';

/** A line of the input, counted from 1, or why it could not be read as text. */
export type InputLine =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly problem: string };

export interface EnqueuePorts {
  readonly sender: ChangeSender;
  readonly clock: Clock;
  /** Told of every line that was not sent: the field and what is wrong with it, never the value. */
  readonly onNotSent: (line: number, problem: string) => void;
  /** Told now and then. */
  readonly onProgress: (soFar: { readonly sent: number; readonly refused: number }) => void;
}

export interface EnqueueOptions {
  /** Added to every `occurredAt`. */
  readonly moveByMs: number;
  /** Ends it: what is under way is finished, nothing more is sent. */
  readonly signal: AbortSignal;
}

export interface EnqueueSummary {
  /** Lines read, blank ones left out. */
  readonly lines: number;
  readonly sent: number;
  /** Lines that are no valid change. */
  readonly refused: number;
  /** Valid changes that were read and did not reach the queue. */
  readonly unsent: number;
  /** Absent: every line was dealt with. Otherwise all lines before `fromLine` were, and some after it. */
  readonly stopped?: Stopped;
}

export type Stopped =
  | { readonly why: 'interrupted'; readonly fromLine: number }
  | { readonly why: 'unreachable'; readonly fromLine: number; readonly error: unknown };

/**
 * Validates lines and sends the good ones, in order for each member. Holds a bounded number of them, so its memory does
 * not grow with the input. Ends early when the queue cannot be reached: the lines after that would fare no better.
 */
export async function enqueueChanges(
  lines: AsyncIterable<InputLine>,
  ports: EnqueuePorts,
  { moveByMs, signal }: EnqueueOptions,
): Promise<EnqueueSummary> {
  const { clock, onNotSent, onProgress } = ports;
  const outbox = new Outbox(ports, signal);
  let count = 0;
  let refused = 0;
  let lastLine = 0;
  for await (const line of lines) {
    if (outbox.isClosed) break;
    count += 1;
    lastLine = line.number;
    const outgoing = readLine(line, moveByMs, clock.nowMs());
    if ('problem' in outgoing) {
      refused += 1;
      onNotSent(line.number, outgoing.problem);
    } else {
      await outbox.add({ line: line.number, ...outgoing });
    }
    onProgress({ sent: outbox.sent, refused });
  }
  const unsent = await outbox.empty();
  const stopped = stopOf(outbox, unsent, lastLine, signal);
  return { lines: count, sent: outbox.sent, refused, unsent: unsent.count, ...(stopped && { stopped }) };
}

function readLine(line: InputLine, moveByMs: number, nowMs: number): OutgoingChange | { problem: string } {
  if ('problem' in line) return line;
  return readOutgoing(moveByMs === 0 ? line.text : movedInTime(line.text, moveByMs), nowMs);
}

function stopOf(outbox: Outbox, unsent: Unsent, lastLine: number, signal: AbortSignal): Stopped | undefined {
  const fromLine = Math.min(unsent.firstWaiting ?? lastLine + 1, lastLine + 1);
  if (outbox.failure !== undefined) return { why: 'unreachable', fromLine, ...outbox.failure };
  return signal.aborted ? { why: 'interrupted', fromLine } : undefined;
}
