/** So long a line may wait for others. */
const WAIT_MS = 20;

/**
 * Writes lines to the standard output, those of a few milliseconds at once: a write costs more than a line. A process
 * that is killed loses no more than these.
 */
export class LineOutput {
  #waiting = '';
  #timer: NodeJS.Timeout | undefined;

  write(line: string): void {
    this.#timer ??= setTimeout(() => this.flush(), WAIT_MS);
    this.#waiting += `${line}\n`;
  }

  /** Writes now what waits; to be called before the process may be frozen. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    const lines = this.#waiting;
    this.#timer = undefined;
    this.#waiting = '';
    process.stdout.write(lines);
  }
}
