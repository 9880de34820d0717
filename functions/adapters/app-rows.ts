import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AppRow } from '../core/app.ts';
import { type AppItem, readAppItem } from './roster/app-item.ts';
import { type Item, toItem } from './roster/items.ts';
import { APPS_PK, appKey } from './roster/keys.ts';
import { Table } from './roster/table.ts';
import { patched, type Update, updateOf } from './roster/update.ts';

export type { AppItem } from './roster/app-item.ts';

/** Fields of an app's row to set; a policy of `null` leaves it to the deployment's. */
export type AppPatch = Pick<AppRow, 'appId' | 'idKind'> &
  Partial<Omit<AppRow, 'policy'>> & { readonly policy?: AppRow['policy'] | null };

/** The app rows, as an operator declares and reads them. */
export class DynamoDBAppRows {
  readonly #table: Table;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#table = new Table(client, tableName);
  }

  async get(appId: string): Promise<AppItem | undefined> {
    const item = await this.#table.get(appKey(appId));
    return item && this.#read(item);
  }

  /**
   * Declares an app or changes its row; fields that are not given stay as they are, so that two who change different
   * ones do not undo each other. False: it is declared with the other kind of id, which stays.
   */
  async put({ appId, protectedMembers, ...fields }: AppPatch): Promise<boolean> {
    const { set, ...changes } = patched({
      ...fields,
      ...(protectedMembers && { protectedMembers: setOf(protectedMembers) }),
    });
    const output = await this.#table.update(appKey(appId), {
      ...updateOf({ ...changes, set: { ...set, declaredIn: this.#table.name } }),
      ConditionExpression: 'attribute_not_exists(#idKind) OR #idKind = :idKind',
    });
    return output !== undefined;
  }

  /** Protects members of a declared app. What others protect at the same time stays. False: it is not declared. */
  async protect(appId: string, members: readonly string[]): Promise<boolean> {
    return this.#changeDeclared(appId, updateOf({ add: { protectedMembers: new Set(members) } }));
  }

  /** Protects members no longer; false: the app is not declared. */
  async unprotect(appId: string, members: readonly string[]): Promise<boolean> {
    return this.#changeDeclared(appId, updateOf({ take: { protectedMembers: new Set(members) } }));
  }

  /** All declared apps, in the order of their ids. */
  async list(): Promise<AppItem[]> {
    const rows: AppItem[] = [];
    let start: Item | undefined;
    do {
      const page = await this.#table.query({
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': APPS_PK }),
        ...(start && { ExclusiveStartKey: start }),
      });
      rows.push(...page.items.map((item) => this.#read(item)));
      start = page.end;
    } while (start);
    return rows;
  }

  async #changeDeclared(appId: string, update: Update): Promise<boolean> {
    const output = await this.#table.update(appKey(appId), {
      ...update,
      ConditionExpression: 'attribute_exists(#idKind)',
      ExpressionAttributeNames: { ...update.ExpressionAttributeNames, '#idKind': 'idKind' },
    });
    return output !== undefined;
  }

  #read(item: Item): AppItem {
    return readAppItem(item, this.#table.name);
  }
}

/** The table keeps no empty sets. */
function setOf(members: readonly string[]): ReadonlySet<string> | null {
  return members.length === 0 ? null : new Set(members);
}
