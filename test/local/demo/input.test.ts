import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { InputError, readInput } from '../../../local/demo/input.ts';
import { seedsOf } from '../../../local/demo/world.ts';

const NOW_MS = Date.parse('2026-03-01T12:00:00.000Z');
const folder = mkdtempSync(join(tmpdir(), 'input-'));
afterAll(() => rmSync(folder, { recursive: true }));

function line(id: string, ids: object, fields: object = {}): string {
  const time = { occurredAt: '2026-03-01T11:00:00.000Z' };
  return JSON.stringify({
    id,
    action: 'join',
    appId: 'shop',
    conversationId: 'c1',
    ...time,
    ...ids,
    ...fields,
  });
}

let files = 0;
function read(text: string, meta?: object) {
  files += 1;
  const file = join(folder, `${files}.jsonl`);
  writeFileSync(file, text);
  if (meta) writeFileSync(join(folder, `${files}.meta.json`), JSON.stringify(meta));
  return readInput(file, NOW_MS);
}

describe('a file of one’s own', () => {
  test('declares the apps that its valid lines name, each with the id kind that most of them use', () => {
    const { meta } = read(
      [
        line('1', { userId: 'a' }),
        line('2', { userExternalId: 'b' }),
        line('3', { userExternalId: 'c' }),
        line('4', { userId: 'd' }, { version: 2 }),
        line('5', { userId: 'e' }, { version: 2 }),
        line('6', { userId: 'a' }, { appId: 'bank' }),
        line('7', { userId: 'a' }, { appId: 'missing-app' }),
        line('8', { userId: 'a' }, { appId: 'only-invalid', action: 'add' }),
      ].join('\n'),
    );
    expect(meta.apps).toEqual([
      { appId: 'shop', idKind: 'userExternalId', auth: 'basic' },
      { appId: 'bank', idKind: 'userId', auth: 'jwt' },
    ]);
  });

  test('makes the vendor know every id in it but those that begin with missing-', () => {
    const text = [
      line('1', { userId: 'a' }),
      line('2', { userId: 'missing-b' }),
      line('3', { userId: 'c' }, { conversationId: 'missing-d' }),
    ].join('\n');
    const { meta, expected } = read(text);
    expect(seedsOf(meta, expected)).toEqual([
      {
        appId: 'shop',
        keys: [],
        integrations: ['rollcall'],
        users: [{ userId: 'a' }, { userId: 'c' }],
        conversations: [{ conversationId: 'c1' }],
      },
    ]);
  });

  test('is sent as it is', () => {
    const text = line('1', { userId: 'a' });
    expect(read(text).lines).toEqual([text]);
  });

  test('may come from Windows: neither its byte order mark nor its line ends are part of a line', () => {
    const [first, second] = [line('1', { userId: 'a' }), line('2', { userId: 'b' })];
    expect(read(`\u{feff}${first}\r\n${second}\r\n`).lines).toEqual([first, second]);
  });

  test('keeps its empty lines, so that the others have the numbers that an editor shows', () => {
    const { lines, expected } = read(`\n\n${line('1', { userId: 'a' })}\n`);
    expect(lines).toHaveLength(3);
    expect([...expected.members.values()]).toMatchObject([{ line: 3 }]);
  });

  test('may be empty', () => {
    expect(read('')).toMatchObject({ lines: [], meta: { apps: [] } });
  });

  test('leads to nothing by a line that no queue takes', () => {
    const long = line('2', { userId: 'b' }, { note: 'x'.repeat(70_000) });
    const { refused, expected } = read(
      [line('1', { userId: 'a' }), long, '"\u{1}"', '"\u{fffe}"'].join('\n'),
    );
    expect([...refused]).toEqual([1, 2, 3]);
    expect(expected.members.size).toBe(1);
  });

  test('may hold emoji', () => {
    expect(read(line('1', { userId: '🦺-0042' })).refused.size).toBe(0);
  });
});

describe('a file with a .meta.json beside it', () => {
  const meta = {
    asOf: '2026-01-15T12:00:00.000Z',
    apps: [{ appId: 'shop', idKind: 'userId', auth: 'jwt' }],
    conversations: [{ appId: 'shop', conversationId: 'c1', participantCap: 3 }],
  };

  test('is moved in time, so that its now is now, and nothing else is touched', () => {
    const text = line('1', { userId: 'a' }, { occurredAt: '2026-01-15T12:00:00.000+01:00' });
    const { lines } = read(text, meta);
    expect(lines).toEqual([text.replace('2026-01-15T12:00:00.000+01:00', '2026-03-01T11:00:00.000Z')]);
  });

  test('has the apps and conversations that stand there', () => {
    const input = read(line('1', { userId: 'a' }, { occurredAt: '2026-01-15T11:00:00.000Z' }), meta);
    expect(input.meta.apps).toEqual(meta.apps);
    expect(seedsOf(input.meta, input.expected)[0]?.conversations).toEqual([
      { conversationId: 'c1', participantCap: 3 },
    ]);
  });

  test('is refused where that is not as it must be, naming the field', () => {
    expect(() => read('', { ...meta, asOf: 'yesterday' })).toThrow(
      /\.meta\.json is not as it must be.*asOf/s,
    );
    expect(() => read('', { ...meta, asOf: 'yesterday' })).toThrow(InputError);
  });
});

test.each(['nowhere.jsonl', '.'])('what cannot be read is refused: %s', (file) => {
  expect(() => readInput(join(folder, file), NOW_MS)).toThrow(InputError);
});
