import type { EmbeddedEvent, Report } from '../../../local/embedded/events.ts';

/** Keeps what the embedded run tells, and waits for what it has yet to tell. */
export class Recorder {
  readonly events: EmbeddedEvent[] = [];
  readonly #waiting = new Set<() => void>();

  readonly report: Report = (event) => {
    this.events.push(event);
    for (const look of [...this.#waiting]) look();
  };

  forget(): void {
    this.events.length = 0;
  }

  of<Kind extends EmbeddedEvent['kind']>(kind: Kind): Extract<EmbeddedEvent, { kind: Kind }>[] {
    return this.events.filter((event) => event.kind === kind) as Extract<EmbeddedEvent, { kind: Kind }>[];
  }

  /** What the functions logged, where it is JSON. */
  get logged(): Record<string, unknown>[] {
    return this.of('logLine').flatMap(({ line }) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  }

  /** Waits until `found` gives something. @throws after the limit, naming what happened until then */
  until<T>(found: () => T | undefined | false, limitMs = 8_000): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = (): void => {
      const result = found();
      if (result === undefined || result === false) return;
      this.#waiting.delete(look);
      clearTimeout(timer);
      resolve(result);
    };
    const timer = setTimeout(() => {
      this.#waiting.delete(look);
      reject(
        new Error(
          `waited ${limitMs} ms in vain; so far: ${JSON.stringify(this.events.slice(-20), undefined, 1)}`,
        ),
      );
    }, limitMs);
    this.#waiting.add(look);
    look();
    return promise;
  }
}
