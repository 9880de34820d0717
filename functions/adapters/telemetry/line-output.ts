/**
 * Writes lines to the standard output, those of one turn of the event loop at once: a write costs more than a line. A
 * process that is killed loses the lines of that turn at most.
 */
export class LineOutput {
  #waiting = '';
  readonly #flush = () => this.flush();

  write(line: string): void {
    if (this.#waiting === '') setImmediate(this.#flush);
    this.#waiting += `${line}\n`;
  }

  /** Writes now what waits; to be called before the process may be frozen. */
  flush(): void {
    if (this.#waiting === '') return;
    const lines = this.#waiting;
    this.#waiting = '';
    process.stdout.write(lines);
  }
}
