import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Line, linesOf } from '../../functions/adapters/lines.ts';

const KIB = 1_024;

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of linesOf(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), KIB))
    lines.push(line);
  return lines;
}

describe('the lines of a stream', () => {
  it('are counted from 1, blank ones too, which are left out', async () => {
    expect(await read('a\n\n \r\nb\r\nc')).toEqual([
      { number: 1, text: 'a' },
      { number: 4, text: 'b\r' },
      { number: 5, text: 'c' },
    ]);
  });

  it('are the same however the stream is cut', async () => {
    const text = fc
      .array(fc.constantFrom('a', 'é', '😀', '\n', ' '), { maxLength: 40 })
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(100), { maxLength: 5 }), async (whole, cuts) => {
        const bytes = Buffer.from(whole);
        const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        const expected = whole
          .split('\n')
          .map((line, index) => ({ number: index + 1, text: line }))
          .filter((line) => line.text.trim() !== '');
        expect(await read(...chunks)).toEqual(expected);
      }),
    );
  });

  it('are said to be too long where they are, and the next one is read', async () => {
    const long = 'x'.repeat(KIB - 10);
    expect(await read(long, `${long}\n`, `${'y'.repeat(KIB)}\nz`)).toEqual([
      { number: 1, problem: 'body: is larger than 1 KiB' },
      { number: 2, text: 'y'.repeat(KIB) },
      { number: 3, text: 'z' },
    ]);
  });

  it('are said to be no UTF-8 where they are not, instead of being altered', async () => {
    expect(await read(Buffer.from([0x61, 0xff, 0x0a, 0x62]))).toEqual([
      { number: 1, problem: 'body: is not UTF-8' },
      { number: 2, text: 'b' },
    ]);
  });

  it('begin without a byte order mark', async () => {
    expect(await read('\ufeff{}\n')).toEqual([{ number: 1, text: '{}' }]);
  });
});
