import { expect, it } from 'vitest';
import { isForbidden } from '../../functions/core/protection.ts';

const app = { protectedMembers: ['bot', 'ann'] };

it.each([
  ['leave', 'ann', true],
  ['leave', 'bob', false],
  ['join', 'ann', false],
  ['join', 'bob', false],
] as const)('to %s %s is forbidden: %s', (action, memberId, forbidden) => {
  expect(isForbidden(action, memberId, app)).toBe(forbidden);
});
