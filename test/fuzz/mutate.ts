import type { Random } from '../simulation/random.ts';
import { MARK } from './target.ts';

/** No input is longer than the longest body that the change queue takes. */
export const INPUT_MAX_LENGTH = 64 * 1024;

type Mutation = (text: string, random: Random, corpus: readonly string[]) => string;

/** A valid text, changed one to four times; sometimes not at all. */
export function mutant(corpus: readonly string[], random: Random): string {
  let text = random.pick(corpus);
  for (let times = random.int(0, 4); times > 0; times -= 1)
    text = random.pick(MUTATIONS)(text, random, corpus);
  return text.slice(0, INPUT_MAX_LENGTH);
}

const ODD_TEXTS = [
  ...['\u0000', '\ufeff', '\ud800', '\udfff', '\u2028', '\uffff', '🦺', '\u001b[2J', '\r\n', '\n', '\\u0000'],
  ...['\\ud800', '\\', '"', '{', '}', '[', ']', ',', ':', '..', '/', '%2f', '#', '@', '?', ' ', '\t', 'null'],
  ...['__proto__', 'constructor', 'NaN', 'Infinity', '-', '0', '9', 'e', '+', 'Z', 'true', MARK],
];
const PUMPED = ['.', '!', ' ', '\t', '0', '9', 'a', '-', ',', '\\n', '[', '{"a":', '"', '/', '😀', 'é'];

/** JSON that no value of JavaScript comes out as. */
const RAW = [
  ...['1e999', '-1e999', '-0', '0.1e-400', '123456789012345678901234567890', '1e21', '9007199254740993'],
  ...['"\\ud800"', '"\\u0000"', '{"__proto__":{"a":1}}', '{"a":1,"a":2}', '[[[[[[]]]]]]', '" "', '""'],
];
const RAW_MARK = /"@raw (\d+)@"/g;
const NESTED = '['.repeat(9_000) + ']'.repeat(9_000);

const ODD_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 2 ** 53, '', '1', [], {}, [null], MARK, `${MARK}/..`, `${MARK}\u0000`],
  ...[
    [MARK],
    { [MARK.toLowerCase()]: MARK },
    MARK.repeat(60),
    `https://${MARK}.zendesk.com/sc`,
    'constructor',
  ],
  ...[
    'correction',
    'join',
    '2026-02-30T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
    'Infinity',
    '0x10',
    '1e3',
  ],
  ...[
    'https:evil',
    'https://@evil',
    'https://evil?',
    'http://127.0.0.1:1',
    'https://api.smooch.io/',
    '\ud800',
  ],
];
const ODD_KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'kind',
  'version',
  '',
  'length',
  '0',
];

const MUTATIONS: readonly Mutation[] = [
  (text, random) => splice(text, random, 0, random.pick(ODD_TEXTS)),
  (text, random) => splice(text, random, 1, random.pick(ODD_TEXTS)),
  (text, random) => splice(text, random, random.int(1, 20), ''),
  (text, random) => text.slice(0, random.int(0, text.length)),
  (text, random) => splice(text, random, 0, random.pick(PUMPED).repeat(random.skewed(1, 60_000))),
  (text, random) => splice(text, random, 0, piece(text, random).repeat(random.skewed(1, 400))),
  (text, random, corpus) => splice(text, random, random.int(0, 30), piece(random.pick(corpus), random)),
  (text, random) => inTree(text, random, () => random.pick(ODD_VALUES)),
  (text, random) => inTree(text, random, () => `@raw ${random.int(0, RAW.length)}@`),
  (text, random) => inTree(text, random, (value) => [value]),
  (text, random) =>
    inTree(text, random, (value) => (typeof value === 'number' ? String(value) : Number(value))),
  (text, random) => inTree(text, random, (value) => withKey(value, random)),
  (text, random) => inTree(text, random, (value) => (Array.isArray(value) ? [...value, ...value] : value)),
];

function splice(text: string, random: Random, deleted: number, inserted: string): string {
  const at = random.int(0, text.length);
  return text.slice(0, at) + inserted + text.slice(at + deleted);
}

function piece(text: string, random: Random): string {
  const at = random.int(0, text.length);
  return text.slice(at, at + random.int(1, 40));
}

function withKey(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  if (random.chance(0.4)) entries.splice(random.int(0, entries.length), 1);
  else entries.push([random.pick(ODD_KEYS), random.pick(ODD_VALUES)]);
  return Object.fromEntries(entries);
}

/** Changes one value of the first JSON in the text, wherever in it that stands; a text without JSON stays. */
function inTree(text: string, random: Random, change: (value: unknown) => unknown): string {
  const from = text.search(/[[{]/);
  if (from < 0) return text;
  try {
    const changed = changedAt(JSON.parse(text.slice(from)) as unknown, random, change);
    const json = JSON.stringify(changed).replace(RAW_MARK, (_, index) => RAW[Number(index)] ?? NESTED);
    return text.slice(0, from) + json;
  } catch {
    return text;
  }
}

/** Goes down at random, and so meets what is near the top more often: what is read stands there. */
function changedAt(value: unknown, random: Random, change: (value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) return change(value);
  const keys = Object.keys(value);
  if (keys.length === 0) return change(value);
  const chosen = random.pick(keys);
  const inside = (key: string, each: unknown) => (key === chosen ? changedAt(each, random, change) : each);
  if (Array.isArray(value)) return value.map((each, index) => inside(String(index), each));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inside(key, each)]));
}
