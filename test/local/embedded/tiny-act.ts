/** The function `act` of the tiny stack: it needs nothing, so that its processes start at once. */
import type { Context } from 'aws-lambda';

/** What becomes of an invocation. */
export type Act = 'return' | 'throw' | 'exit' | 'hang' | 'takeLong';

/** Does as the event says, and tells that it has begun. */
export async function act(event: { readonly act: Act }, context: Context): Promise<unknown> {
  // U+2028 ends a line for some readers; a log's lines end at newlines only.
  console.log(JSON.stringify({ begun: event.act, note: 'one\u2028line' }));
  switch (event.act) {
    case 'return':
      return { pid: process.pid, remainingMs: context.getRemainingTimeInMillis() };
    case 'throw':
      throw new TypeError('as told');
    case 'exit':
      return process.exit(7);
    case 'hang':
      return new Promise(() => {});
    case 'takeLong':
      await new Promise((resolve) => setTimeout(resolve, 200));
      return 'done';
    default:
      return event.act satisfies never;
  }
}
