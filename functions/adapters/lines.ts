/** A line of a file, counted from 1, or why it could not be read as text. */
export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly problem: string };

const LINE_FEED = 0x0a;

/**
 * The lines of a stream of UTF-8, without those that hold white space only. Keeps one line at a time, and of a line that
 * is too long only its beginning. A byte order mark is left out.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Line> {
  const line = new LineBytes(maxBytes);
  let number = 1;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      line.add(chunk.subarray(start, end));
      const read = line.take();
      if (read) yield { number, ...read };
      number += 1;
      start = end + 1;
    }
    line.add(chunk.subarray(start));
  }
  const last = line.take();
  if (last) yield { number, ...last };
}

/** The bytes of the line that is being read. */
class LineBytes {
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes <= this.#maxBytes) this.#parts.push(part);
    else this.#parts = [];
  }

  /** What was read, and begins the next line; undefined: nothing but white space. */
  take(): { readonly text: string } | { readonly problem: string } | undefined {
    const bytes = Buffer.concat(this.#parts);
    const isTooLong = this.#bytes > this.#maxBytes;
    this.#parts = [];
    this.#bytes = 0;
    if (isTooLong) return { problem: `body: is larger than ${this.#maxBytes / 1024} KiB` };
    try {
      const text = this.#decoder.decode(bytes);
      return text.trim() === '' ? undefined : { text };
    } catch {
      return { problem: 'body: is not UTF-8' };
    }
  }
}
