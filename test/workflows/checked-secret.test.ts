import { describe, expect, it } from 'vitest';
import { CheckedSecrets } from '../../functions/workflows/checked-secret.ts';
import { MINUTE, NOW, SECOND } from '../support/builders.ts';

const never = new AbortController().signal;

/** Secrets whose reads are counted, and may fail. */
function world(start: Record<string, string> = { shop: 'key' }) {
  const state = { nowMs: NOW, texts: new Map(Object.entries(start)), reads: 0, fails: false };
  const read = async (name: string) => {
    state.reads += 1;
    if (state.fails) throw new Error('unreachable');
    return state.texts.get(name);
  };
  const secrets = new CheckedSecrets(read, 5 * MINUTE, { nowMs: () => state.nowMs });
  const check = async (given: string, name = 'shop') =>
    (await secrets.check(name, (value) => (value === given ? given : undefined), never)).kind;
  return { state, check };
}

describe('a secret', () => {
  it('is read once for all that are right, until it is old', async () => {
    const { state, check } = world();
    for (let request = 0; request < 20; request += 1) expect(await check('key')).toBe('right');
    expect(state.reads).toBe(1);
    state.nowMs += 5 * MINUTE;
    state.texts.set('shop', 'other');
    expect(await check('key')).toBe('wrong');
    expect(state.reads).toBe(2);
  });

  it('that was changed a moment ago refuses nobody: it is read once more before a refusal', async () => {
    const { state, check } = world();
    await check('key');
    state.texts.set('shop', 'new');
    expect(await check('new')).toBe('right');
    expect(state.reads).toBe(2);
  });

  it('that did not exist a moment ago refuses nobody either', async () => {
    const { state, check } = world({});
    expect(await check('key')).toBe('noSuchSecret');
    state.texts.set('shop', 'key');
    expect(await check('key')).toBe('right');
  });

  it('is forgotten when it is deleted', async () => {
    const { state, check } = world();
    await check('key');
    state.texts.delete('shop');
    expect(await check('wrong')).toBe('noSuchSecret');
    expect(await check('key')).toBe('noSuchSecret');
  });

  it('that cannot be read is nobody’s fault, and what was read before serves on', async () => {
    const { state, check } = world();
    state.fails = true;
    await expect(check('key')).rejects.toThrow('unreachable');
    state.fails = false;
    await check('key');
    state.fails = true;
    state.nowMs += 5 * MINUTE;
    expect(await check('key')).toBe('right');
    await expect(check('wrong')).rejects.toThrow('unreachable');
    // While it fails, not every request waits for another attempt.
    const before = state.reads;
    for (let request = 0; request < 20; request += 1) expect(await check('key')).toBe('right');
    expect(state.reads).toBe(before);
  });
});

describe('whoever tries keys', () => {
  it('makes us read no more often while an old secret cannot be read', async () => {
    const { state, check } = world();
    await check('key');
    state.fails = true;
    state.nowMs += 5 * MINUTE;
    const before = state.reads;
    for (let request = 0; request < 100; request += 1) await check('wrong').catch(() => {});
    expect(state.reads - before).toBeLessThanOrEqual(6);
  });

  it('makes us read so often and no more; beyond that nobody is refused for good', async () => {
    const { state, check } = world();
    await check('key');
    const answers = [];
    for (let request = 0; request < 100; request += 1) answers.push(await check('wrong'));
    expect(answers.filter((kind) => kind === 'wrong')).toHaveLength(5);
    expect(answers.filter((kind) => kind === 'tooOften')).toHaveLength(95);
    expect(state.reads).toBe(6);
    expect(await check('key')).toBe('right');
  });

  it('does not keep a changed secret from being seen', async () => {
    const { state, check } = world();
    await check('key');
    for (let request = 0; request < 100; request += 1) await check('wrong');
    state.texts.set('shop', 'new');
    expect(await check('new')).toBe('tooOften');
    state.nowMs += 10 * SECOND;
    await check('wrong');
    expect(await check('new')).toBe('right');
  });

  it('of one app does not use up what there is for another', async () => {
    const { check } = world({ shop: 'key', bank: 'vault' });
    await check('key');
    await check('vault', 'bank');
    for (let request = 0; request < 100; request += 1) await check('wrong');
    expect(await check('wrong', 'bank')).toBe('wrong');
  });

  it('cannot make us read for names that he makes up, nor remember them', async () => {
    const { state, check } = world();
    await check('key');
    for (let request = 0; request < 1_000; request += 1) await check('x', `made-up-${request}`);
    expect(state.reads).toBeLessThanOrEqual(101);
    expect(await check('key')).toBe('right');
  });
});
