import { hashText } from './random.ts';

/** What happened in a run, step by step: always hashed, kept as text only when somebody wants to read it. */
export class Trace {
  readonly lines: string[] = [];
  readonly #keep: boolean;
  readonly #startMs: number;
  #hash = 0x811c9dc5;

  constructor(keep: boolean, startMs: number) {
    this.#keep = keep;
    this.#startMs = startMs;
  }

  get hash(): number {
    return this.#hash;
  }

  add(nowMs: number, who: string, what: string): void {
    this.#hash = hashText(what, hashText(who, Math.imul(this.#hash ^ (nowMs - this.#startMs), 0x01000193)));
    if (this.#keep) this.lines.push(`${elapsed(nowMs - this.#startMs)} ${who.padEnd(12)} ${what}`);
  }
}

function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${parts.map((part) => String(part).padStart(2, '0')).join(':')}.${String(ms % 1000).padStart(3, '0')}`;
}
