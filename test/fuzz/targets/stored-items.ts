import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { readAppItem } from '../../../functions/adapters/roster/app-item.ts';
import { fromItem, type Item, StoredItemError, toItem } from '../../../functions/adapters/roster/items.ts';
import { conversationKey, memberKey as memberItemKey } from '../../../functions/adapters/roster/keys.ts';
import { rowOfItem } from '../../../functions/adapters/roster/member-item.ts';
import {
  conversationItem,
  dueItem,
  parkedItem,
  runItem,
} from '../../../functions/adapters/roster/schemas.ts';
import { storedMessage } from '../../../functions/core/message.ts';
import { appRow, memberKey, memberRow, NOW, queueMessage, version } from '../../support/builders.ts';
import { holds, MARK, parsed, type Target, tellsNothing } from '../target.ts';

const key = memberKey({ memberId: MARK });
const message = storedMessage(queueMessage(undefined, { attributes: { trace: MARK } }));
const { key: _, ...row } = memberRow({ key, message, reason: 'rejected', participantId: 'p-1' });

const items: Readonly<Record<string, object>> = {
  member: { ...memberItemKey(key), idKind: 'userId', ...row, expiresAt: 1_800_000_000 },
  conversation: {
    ...conversationKey(key),
    worklistAt: NOW,
    held: { hash: 'h', heldAtMs: NOW, removals: [{ memberId: MARK, plannedAgainst: version() }] },
  },
  parked: {
    message,
    reason: 'invalid',
    detail: 'id: must be a string',
    parkedAtMs: NOW,
    key,
    changeId: MARK,
  },
  app: { pk: 'APPS', sk: 'shop', declaredIn: 'Roster', ...appRow({ protectedMembers: [MARK] }) },
  due: { pk: 'C#shop#orders', worklistAt: NOW },
  run: { planned: 3, newlyHeld: 1 },
};

/** What the table holds, as somebody may have edited it by hand. */
export const storedItem: Target = {
  name: 'stored-item',
  corpus: Object.values(items).map((item) => JSON.stringify(toItem(item))),
  probe: (text) => {
    const item = parsed(text)?.value;
    if (!isItem(item)) return;
    const member = given(() => rowOfItem(item));
    if (member) {
      const { key, expiresAtMs, ...fields } = member;
      const expiresAt = expiresAtMs === undefined ? undefined : expiresAtMs / 1_000;
      const again = toItem({ ...memberItemKey(key), idKind: key.idKind, ...fields, expiresAt });
      if (item['sk']?.S?.startsWith('M#'))
        holds(isDeepStrictEqual(rowOfItem(again), member), 'a row that is written again reads as another');
    }
    given(() => readAppItem(item, 'Roster'));
    for (const schema of [conversationItem, parkedItem, dueItem, runItem])
      given(() => fromItem<unknown>('some', item, schema));
  },
};

function given<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StoredItemError)) throw error;
    // The partition is shown: it names a conversation and nobody.
    tellsNothing(error.message.replace(/ item in .*?: /s, ': '));
    return undefined;
  }
}

/** The SDK gives objects whose fields are one-of objects; everything else cannot arrive. */
function isItem(value: unknown): value is Item {
  return isObject(value) && Object.values(value).every(isAttribute);
}

function isAttribute(value: unknown): value is AttributeValue {
  if (!isObject(value)) return false;
  const [entry, ...others] = Object.entries(value);
  if (!entry || others.length > 0) return false;
  const [type, inside] = entry;
  switch (type) {
    case 'S':
      return typeof inside === 'string';
    case 'N':
      return typeof inside === 'string' && /^-?\d{1,38}(\.\d{1,38})?$/.test(inside);
    case 'BOOL':
    case 'NULL':
      return typeof inside === 'boolean';
    case 'SS':
      return Array.isArray(inside) && inside.every((each) => typeof each === 'string');
    case 'L':
      return Array.isArray(inside) && inside.every(isAttribute);
    case 'M':
      return isItem(inside);
    default:
      return false;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
