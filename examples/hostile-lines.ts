import { asciiJson, type ReportedChange } from './morning.ts';

/** A change of each app that is right in every respect: what is wrong with a line is then the one thing it shows. */
export interface RightChanges {
  readonly byUserId: ReportedChange;
  readonly byUserExternalId: ReportedChange;
}

const TOP_LEVEL: readonly string[] = [
  'not a change at all',
  '{"version":1,"id":"dispatch-0004',
  '{"version":1,"id":"hr-1","action":"join",}',
  "{'version':1}",
  '[]',
  'null',
  '42',
  '"join"',
  '{}',
  `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
  '{"version":1,"kind":"correction","appId":"5ff4a4a1d8c3b2000c9e7f10","cause":"because I say so"}',
];

/** Nothing of these can be a change. They are parked as `invalid`. */
export function invalidLines({ byUserId, byUserExternalId }: RightChanges): string[] {
  const fields: readonly object[] = [
    { version: 2 },
    { version: '1' },
    { id: '' },
    { id: undefined },
    { id: 'x'.repeat(129) },
    { action: 'add' },
    { action: 'JOIN' },
    { action: undefined },
    { appId: '../../v2/apps' },
    { appId: 'a%2fb' },
    { conversationId: '..' },
    { conversationId: 'a/b' },
    { conversationId: 'a?page[size]=1' },
    { conversationId: 'a#b' },
    { conversationId: 'a b' },
    { conversationId: '' },
    { conversationId: { id: 'a' } },
    { userId: undefined },
    { userId: null },
    { userId: 65 },
    { userId: '' },
    { userId: 'a\u0000b' },
    { userId: 'a\u001b[31mb' },
    { userId: 'a\r\nX-Injected: 1' },
    { userId: nested(600) },
    { userExternalId: 'E-10001' },
    { subscribeSDKClient: 'yes' },
    { occurredAt: '2026-01-15T09:30:00Z' },
    { occurredAt: '2026-01-15T09:30:00.000' },
    { occurredAt: '15.01.2026 09:30' },
    { occurredAt: '2026-02-30T09:30:00.000Z' },
    { occurredAt: 1_768_469_400_000 },
    { occurredAt: undefined },
    { occurredAt: '2026-01-15T13:00:00.000Z' },
    { occurredAt: '2036-01-15T09:30:00.000Z' },
    { source: '' },
  ];
  const externally: readonly object[] = [
    { userExternalId: 'x'.repeat(257) },
    { userExternalId: 'x'.repeat(5_000) },
    { userExternalId: 'E-\u0085' },
    { userExternalId: '\ud83e' },
    { userId: '65a4f00d0000000000000001' },
  ];
  return [
    ...TOP_LEVEL,
    ...fields.map((wrong, index) => hostile(byUserId, `i${index}`, wrong)),
    ...externally.map((wrong, index) => hostile(byUserExternalId, `e${index}`, wrong)),
    // The action is only there for a reader that lets a message set its prototype.
    asciiJson({ ...byUserId, id: 'hostile-proto', action: undefined }).replace(
      '{',
      '{"__proto__":{"action":"leave"},',
    ),
  ];
}

/** Nothing is wrong with these but how old they are. They are parked as `too_old`. */
export function oldLines({ byUserId, byUserExternalId }: RightChanges): string[] {
  return [
    hostile(byUserId, 'o0', { occurredAt: '2025-12-10T09:30:00.000Z' }),
    hostile(byUserId, 'o1', { occurredAt: '1999-12-31T23:59:59.999Z', action: 'leave' }),
    hostile(byUserExternalId, 'o2', { occurredAt: '2025-11-30T08:00:00.000+01:00', action: 'leave' }),
    hostile(byUserExternalId, 'o3', { occurredAt: '1970-01-01T00:00:00.000Z' }),
  ];
}

/** Odd to look at, and all right: each is a change like any other. */
export function oddButValidLines({ byUserId, byUserExternalId }: RightChanges): string[] {
  return [
    hostile(byUserId, 'v0', { details: nested(400) }),
    JSON.stringify({ ...byUserId, id: 'hostile-v1' }, undefined, ' ').replaceAll('\n', ' '),
    hostile(byUserExternalId, 'v2', { toString: 1, constructor: null, hasOwnProperty: 'no' }),
    // Said twice, the second counts, as everywhere in JSON.
    hostile(byUserExternalId, 'v3', {}).replace('{', '{"userExternalId":"E-00000","action":"leave",'),
  ];
}

function hostile(change: ReportedChange, id: string, fields: object): string {
  return asciiJson({ ...change, id: `hostile-${id}`, ...fields });
}

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { in: value };
  return value;
}
