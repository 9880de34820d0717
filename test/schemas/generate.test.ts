import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInvalid, readChange } from '../../functions/core/change.ts';
import { saysCorrection } from '../../functions/core/correction.ts';
import {
  discardedEvent,
  heldEvent,
  type OutcomeEvent,
  parkedEvent,
} from '../../functions/core/outcome-event.ts';
import {
  CHANGE_SCHEMA_FILE,
  changeJsonSchema,
  OUTCOME_SCHEMA_FILE,
  outcomeJsonSchema,
  schemaText,
} from '../../schemas/generate.ts';
import { memberKey, NOW, wish } from '../support/builders.ts';
import { anyChange, validChange } from '../support/change-arbitraries.ts';

/** `strict`: a keyword or a type that the standard does not have fails the test. Formats: the pattern says it all. */
const validator = new Ajv2020({
  strict: true,
  strictRequired: false,
  formats: { 'date-time': true },
});
const fitsSchema = validator.compile(changeJsonSchema());

/** What JSON makes of a value, as a message would carry it. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const isChange = (value: unknown) => !saysCorrection(value) && !isInvalid(readChange(value));

describe('change.v1.schema.json', () => {
  it('is what the schema of the consumer generates (if not: node schemas/generate.ts)', () => {
    expect(readFileSync(CHANGE_SCHEMA_FILE, 'utf8')).toBe(schemaText(CHANGE_SCHEMA_FILE, changeJsonSchema()));
  });

  it('has examples that fit, each a change of its own', () => {
    const { examples } = JSON.parse(readFileSync(CHANGE_SCHEMA_FILE, 'utf8')) as { examples: unknown[] };
    expect(examples.filter((example) => !fitsSchema(example) || !isChange(example))).toEqual([]);
    expect(examples).not.toHaveLength(0);
  });

  it('takes every change that the consumer takes', () => {
    fc.assert(fc.property(validChange(), (change) => isChange(sent(change)) && fitsSchema(sent(change))));
  });

  it('agrees with the consumer on whatever else may come', () => {
    fc.assert(
      fc.property(anyChange(), (value) => {
        const message = sent(value);
        return fitsSchema(message) === isChange(message);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['neither id', { userId: undefined }],
    ['both ids', { userExternalId: 'E-1' }],
    ['an id that is null', { userId: null }],
    ['another version', { version: 2 }],
    ['a path in the app id', { appId: 'a/b' }],
    ['a line break at the end of the conversation id', { conversationId: 'c\n' }],
    ['a control character', { userId: 'a\u0085b' }],
    ['half a surrogate pair', { userId: 'a\ud83d' }],
    ['an id of 257 characters', { userId: 'a'.repeat(257) }],
    ['an id of 257 characters outside the Basic Multilingual Plane', { userId: '🦺'.repeat(257) }],
    ['an empty id', { id: '' }],
    ['no milliseconds', { occurredAt: '2026-01-15T08:30:00Z' }],
    ['no zone', { occurredAt: '2026-01-15T08:30:00.000' }],
    ['a day that never was', { occurredAt: '2026-02-29T08:30:00.000Z' }],
    ['a correction', { kind: 'correction' }],
  ])('refuses %s, as the consumer does', (_, fields) => {
    const [example] = (changeJsonSchema() as { examples: object[] }).examples;
    const value = sent({ ...example, ...fields });
    expect({ schema: fitsSchema(value), consumer: isChange(value) }).toEqual({
      schema: false,
      consumer: false,
    });
  });
});

describe('outcome-event.v1.schema.json', () => {
  const fits = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(outcomeJsonSchema());
  const envelope = ({ kind, detail }: OutcomeEvent) => ({
    source: 'rollcall',
    'detail-type': { parked: 'Change Parked', discarded: 'Change Discarded', held: 'Removals Held' }[kind],
    detail,
  });
  const item = {
    message: { ...wish().message, body: '{' },
    reason: 'invalid',
    detail: 'body: is not JSON',
    parkedAtMs: NOW,
  } as const;
  const events = [
    parkedEvent(item),
    parkedEvent({ ...item, key: memberKey(), changeId: 'change-1' }),
    discardedEvent(item, NOW),
    heldEvent(memberKey(), { hash: 'abc', heldAtMs: NOW, removals: [{ memberId: 'ann' }] }),
  ];

  it('is what the schema of the functions generates (if not: node schemas/generate.ts)', () => {
    expect(readFileSync(OUTCOME_SCHEMA_FILE, 'utf8')).toBe(
      schemaText(OUTCOME_SCHEMA_FILE, outcomeJsonSchema()),
    );
  });

  it('fits every event that is published, and none under the name of another', () => {
    expect(events.filter((event) => !fits(envelope(event)))).toEqual([]);
    const [parked] = events;
    if (parked) expect(fits({ ...envelope(parked), 'detail-type': 'Removals Held' })).toBe(false);
  });

  it('has no place for a person', () => {
    expect(JSON.stringify(events)).not.toContain('ann');
  });
});
