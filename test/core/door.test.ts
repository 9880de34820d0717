import { expect, it } from 'vitest';
import { DOOR_BODY_MAX_BYTES, REFUSALS, type RefusalReason, refusalOf } from '../../functions/core/door.ts';

/** The vendor never repeats a request that is answered so. */
const GIVEN_UP = [400, 401, 403, 404, 406];
const AGAIN: readonly string[] = ['too_large', 'too_often', 'secrets', 'queue', 'fault'];

it.each(Object.keys(REFUSALS) as RefusalReason[])(
  '%s: only what can never be right is given up',
  (reason) => {
    const { status, body } = refusalOf(reason);
    expect(GIVEN_UP.includes(status)).toBe(!AGAIN.includes(reason));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).toEqual({ error: expect.stringMatching(/\w/) });
  },
);

it('each refusal says something of its own', () => {
  const said = Object.values(REFUSALS).map(({ says }) => says);
  expect(new Set(said).size).toBe(said.length);
});

it('a body may have a mebibyte', () => {
  expect(DOOR_BODY_MAX_BYTES).toBe(1_048_576);
});
