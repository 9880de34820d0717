import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CHANGES_FILE, example, META_FILE } from '../../examples/generate.ts';
import {
  type Expected,
  expectedMembership,
  expectedParked,
  type FileFacts,
} from '../../local/expected-membership.ts';

interface Meta extends FileFacts {
  readonly conversations: readonly {
    readonly appId: string;
    readonly conversationId: string;
    readonly participantCap: number;
  }[];
}

const changes = readFileSync(CHANGES_FILE, 'utf8');
const meta = JSON.parse(readFileSync(META_FILE, 'utf8')) as Meta;
const lines = changes.split('\n').slice(0, -1);

describe('the example', () => {
  let expected: Expected;
  beforeAll(() => {
    expected = expectedMembership(lines, meta);
  });

  it('is what its generator writes (if not: node examples/generate.ts)', () => {
    expect({ changes, meta: readFileSync(META_FILE, 'utf8') }).toEqual(example());
  });

  it('has at least a thousand changes of 50 conversations of two apps', () => {
    const members = [...expected.members.values()];
    const known = members.filter(({ conversationId }) => !conversationId.startsWith('missing-'));
    expect(lines.length).toBeGreaterThan(1_150);
    expect(new Set(known.map(({ conversationId }) => conversationId)).size).toBe(50);
    expect(new Set(known.map(({ appId }) => appId)).size).toBe(2);
  });

  it('has every kind of trouble that can be planted', () => {
    const counts = expectedParked(expected);
    expect(counts.invalid).toBeGreaterThan(40);
    for (const reason of [
      'id_kind',
      'unknown_app',
      'too_old',
      'user_not_found',
      'conversation_not_found',
    ] as const) {
      expect(counts[reason], reason).toBeGreaterThanOrEqual(4);
    }
    const kinds = Object.groupBy(expected.perLine, ({ kind }) => kind);
    expect(kinds.repeat?.length).toBeGreaterThan(20);
    expect(kinds.older?.length).toBeGreaterThan(200);
    expect(kinds.blank).toBeUndefined();
  });

  it('has changes that arrive after newer ones of the same member', () => {
    expect(overtaken(expected)).toBeGreaterThan(30);
  });

  it('has ties, which the later line decides', () => {
    const ties = [...expected.members.values()].filter(({ memberId }) => memberId.startsWith('tie-'));
    expect(ties.map(({ memberId, present }) => [memberId, present])).toEqual(
      expect.arrayContaining([
        ['tie-01', false],
        ['tie-02', true],
        ['tie-03', true],
        ['tie-04', false],
      ]),
    );
  });

  it('wishes more people into one conversation than fit, and in the end no more than fit', () => {
    const [crowded] = meta.conversations;
    const wished = new Set<string>();
    let most = 0;
    for (const line of lines.filter((text) => text.includes(`"${crowded?.conversationId}"`))) {
      const { action, userId } = JSON.parse(line) as { action: string; userId?: string };
      if (userId === undefined) continue;
      if (action === 'join') wished.add(userId);
      else wished.delete(userId);
      most = Math.max(most, wished.size);
    }
    const cap = crowded?.participantCap ?? 0;
    const last = [...expected.members.values()].filter(
      ({ conversationId, present }) => present && conversationId === crowded?.conversationId,
    );
    expect(most).toBeGreaterThan(cap + 3);
    expect(last.length).toBeLessThanOrEqual(cap);
    expect(last.length).toBe(wished.size);
  });

  it('holds nothing that a queue, or an emulator of one, does not take as it is', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for what must not be there
    expect(lines.filter((line) => /[\ud800-\udfff\ufffe\uffff\u0000-\u001f]/.test(line))).toEqual([]);
    expect(lines.filter((line) => Buffer.byteLength(line) > 64 * 1024)).toEqual([]);
    expect(lines.filter((line) => !line.isWellFormed())).toEqual([]);
  });

  it('is nowhere near the limits of age, so that it means the same some minutes later', () => {
    const hour = 3_600_000;
    const judge = (asOf: string) => expectedMembership(lines, { ...meta, asOf }).perLine;
    const later = new Date(Date.parse(meta.asOf) + hour / 2).toISOString();
    expect(judge(later)).toEqual(judge(meta.asOf));
  });
});

/** Lines with a change older than one that arrived before it. */
function overtaken({ perLine }: Expected): number {
  const newestMs = new Map<string, number>();
  let count = 0;
  perLine.forEach((verdict, index) => {
    if (verdict.kind !== 'newest' && verdict.kind !== 'older') return;
    const { occurredAt } = JSON.parse(lines[index] ?? '') as { occurredAt: string };
    const before = newestMs.get(verdict.member) ?? Number.NEGATIVE_INFINITY;
    if (Date.parse(occurredAt) < before) count += 1;
    newestMs.set(verdict.member, Math.max(before, Date.parse(occurredAt)));
  });
  return count;
}
