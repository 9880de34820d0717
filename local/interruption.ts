/** Somebody wants this process to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** What a shell expects of a process that such a signal has ended. */
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('interrupted');
    this.exitCode = exitCode;
  }
}

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
/** Whoever waits for the end waits no longer than five seconds. */
const GRACE_MS = 4_500;

/**
 * Aborts, with an `Interrupted` as its reason, at the first Ctrl-C or other signal to end, so that what runs can be
 * stopped in order. A second one, or an order that takes too long, ends the process at once.
 */
export function onInterruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const exitCode = EXIT_CODES[signal];
      if (controller.signal.aborted) process.exit(exitCode);
      setTimeout(() => process.exit(exitCode), GRACE_MS).unref();
      controller.abort(new Interrupted(exitCode));
    });
  }
  return controller.signal;
}
