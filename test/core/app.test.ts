import { describe, expect, test } from 'vitest';
import { appRowSchema, DEFAULT_POLICY, POLICIES, policyFor } from '../../functions/core/app.ts';

const DECLARED = { appId: 'shop', idKind: 'userId' };

test('an app needs an id and an id kind; the rest is given', () => {
  expect(appRowSchema.parse(DECLARED)).toEqual({
    appId: 'shop',
    idKind: 'userId',
    host: 'https://api.smooch.io',
    protectedMembers: [],
    requestsPerSecond: 100,
    reconcile: true,
  });
});

test('everything can be declared', () => {
  const app = {
    appId: 'app_5f2b-X',
    idKind: 'userExternalId',
    host: 'https://acme.zendesk.com/sc',
    policy: 'exact',
    protectedMembers: ['bot'],
    requestsPerSecond: 0.5,
    reconcile: false,
  };
  expect(appRowSchema.parse(app)).toEqual(app);
});

test.each(POLICIES)('%s is a policy', (policy) => {
  expect(appRowSchema.parse({ ...DECLARED, policy }).policy).toBe(policy);
});

test('there are four policies, the most careful first', () => {
  expect(POLICIES).toEqual(['report', 'additive', 'managed', 'exact']);
});

test('a conversation’s own policy goes before its app’s, and that before the deployment’s', () => {
  expect(policyFor({ policy: 'exact' }, { policy: 'additive' }, 'report')).toBe('exact');
  expect(policyFor({}, { policy: 'additive' }, 'report')).toBe('additive');
  expect(policyFor(undefined, { policy: 'additive' }, 'report')).toBe('additive');
  expect(policyFor({}, {}, 'report')).toBe('report');
  expect(policyFor(undefined, {}, DEFAULT_POLICY)).toBe('managed');
});

describe('an app is refused', () => {
  const cases: [string, Record<string, unknown>][] = [
    ['without an id', { appId: undefined }],
    ['without an id kind', { idKind: undefined }],
    ['with an id kind of its own', { idKind: 'email' }],
    ['with a policy of its own', { policy: 'everything' }],
    ['with a host that is no text', { host: 1 }],
    ['with no requests at all', { requestsPerSecond: 0 }],
    ['with fewer requests than none', { requestsPerSecond: -1 }],
    ['with endless requests', { requestsPerSecond: Number.POSITIVE_INFINITY }],
    ['with a protected member that is no text', { protectedMembers: [1] }],
    ['with a switch that is no yes or no', { reconcile: 'yes' }],
  ];
  test.each(cases)('%s', (_, wrong) => {
    expect(appRowSchema.safeParse({ ...DECLARED, ...wrong }).success).toBe(false);
  });
});

describe('an id of a path', () => {
  test.each(['a', 'Z', '0', '-', '_', '5f2b8c9d0e1a', 'app_1-X', 'x'.repeat(128)])('may be %j', (appId) => {
    expect(appRowSchema.safeParse({ ...DECLARED, appId }).success).toBe(true);
  });

  const hostile = [
    '',
    '/',
    '..',
    '.',
    'a/b',
    'a/../b',
    '%2f',
    'a%2Fb',
    'a?b',
    'a#b',
    'a b',
    ' a',
    'a\n',
    '\na',
    'ä',
    'a\u0000',
    'x'.repeat(129),
  ];
  test.each(hostile)('is never %j', (appId) => {
    expect(appRowSchema.safeParse({ ...DECLARED, appId }).success).toBe(false);
  });
});
