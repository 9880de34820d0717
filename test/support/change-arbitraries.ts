import fc from 'fast-check';
import { codePoint } from './code-point.ts';

/** Changes as producers write them, before JSON. Good and bad ones come from the same parts, so that bad ones are nearly good. */

type Fields = Readonly<Record<string, unknown>>;

const pathId = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/);

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what an id may not have
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;

const printable = (maxLength: number) =>
  fc
    .oneof(
      fc.string({ minLength: 1, maxLength, unit: codePoint }),
      fc.string({ minLength: 1, maxLength, unit: 'grapheme' }),
      fc.constantFrom('../..', 'a%2fb', '"', '\\', '{}', '__proto__', "'; --", '<b>', '\u2028', '\uffff'),
      fc.constantFrom('x'.repeat(maxLength), '🦺'.repeat(maxLength)),
    )
    .filter((text) => [...text].length <= maxLength && text.isWellFormed() && !CONTROL_CHARACTER.test(text));

const time = fc
  .tuple(
    fc.date({
      min: new Date('0001-01-01T00:00:00.000Z'),
      max: new Date('9998-12-31T00:00:00.000Z'),
      noInvalidDate: true,
    }),
    fc.constantFrom('Z', '+00:00', '-00:00', '+05:45', '-11:30', '+23:59'),
  )
  .map(([date, zone]) => date.toISOString().replace('Z', zone));

/** A change that fits the format; whether it is recent, or its app declared, is another matter. */
export function validChange(): fc.Arbitrary<Fields> {
  const member = fc.oneof(
    fc.record({ userId: printable(255) }),
    fc.record({ userExternalId: printable(255) }),
  );
  const rest = fc.record(
    {
      version: fc.constant(1),
      id: printable(128),
      action: fc.constantFrom('join', 'leave'),
      appId: pathId,
      conversationId: pathId,
      subscribeSDKClient: fc.boolean(),
      occurredAt: time,
      source: printable(128),
      somethingElse: fc.jsonValue(),
    },
    { requiredKeys: ['id', 'action', 'appId', 'conversationId', 'occurredAt'] },
  );
  return fc.tuple(rest, member).map(([fields, who]) => ({ ...fields, ...who }));
}

const FIELDS = [
  'version',
  'id',
  'action',
  'appId',
  'conversationId',
  'userId',
  'userExternalId',
  'subscribeSDKClient',
  'occurredAt',
  'source',
  'kind',
] as const;

const oddValue = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: codePoint, maxLength: 300 }),
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    0,
    1,
    2,
    '1',
    true,
    [],
    {},
    'Join',
    'correction',
    'a/b',
    'a\n',
  ),
  fc.constantFrom(
    '\ud800',
    'a\u0000',
    '\u009f',
    '\u00a0',
    'x'.repeat(129),
    'x'.repeat(257),
    '😀'.repeat(129),
    '😀'.repeat(257),
  ),
  fc.constantFrom(
    '2026-01-15T08:30:00Z',
    '2026-01-15T08:30:00.000',
    '2026-01-15T08:30:00.0000Z',
    '2026-01-15 08:30:00.000Z',
    '2026-01-15t08:30:00.000z',
    '2026-01-15T08:30:00.000+0100',
    '2026-01-15T08:30:00.000+24:00',
    '2026-01-15T24:00:00.000Z',
    '2026-01-15T08:30:60.000Z',
    '2024-02-29T08:30:00.000Z',
    '2100-02-29T08:30:00.000Z',
    '2026-04-31T08:30:00.000Z',
    '+002026-01-15T08:30:00.000Z',
  ),
);

/** A change with up to three fields that may be wrong, or something else altogether. */
export function anyChange(): fc.Arbitrary<unknown> {
  const changed = fc
    .tuple(
      validChange(),
      fc.array(fc.tuple(fc.constantFrom(...FIELDS), oddValue), { maxLength: 3 }),
      fc.boolean(),
    )
    .map(([fields, odd, otherMember]) => ({
      ...fields,
      ...(otherMember && { userExternalId: 'E-1' }),
      ...Object.fromEntries(odd),
    }));
  return fc.oneof({ weight: 9, arbitrary: changed }, { weight: 1, arbitrary: fc.jsonValue() });
}
