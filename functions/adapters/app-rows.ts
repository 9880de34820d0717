import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AppRow } from '../core/app.ts';
import { appOfItem } from './roster/app-item.ts';
import { type Item, toItem } from './roster/items.ts';
import { APPS_PK, appKey } from './roster/keys.ts';
import { Table } from './roster/table.ts';
import { updateOf } from './roster/update.ts';

/** The app rows, as an operator declares and reads them. */
export class DynamoDBAppRows {
  readonly #table: Table;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#table = new Table(client, tableName);
  }

  /**
   * Declares an app or changes its row; fields that are not given stay as they are, so that two who change different
   * ones do not undo each other. False: it is declared with the other kind of id, which stays.
   */
  async put({ appId, ...fields }: Pick<AppRow, 'appId' | 'idKind'> & Partial<AppRow>): Promise<boolean> {
    const output = await this.#table.update(appKey(appId), {
      ...updateOf({ set: fields }),
      ConditionExpression: 'attribute_not_exists(#idKind) OR #idKind = :idKind',
    });
    return output !== undefined;
  }

  /** All declared apps, in the order of their ids. */
  async list(): Promise<AppRow[]> {
    const rows: AppRow[] = [];
    let start: Item | undefined;
    do {
      const page = await this.#table.query({
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': APPS_PK }),
        ...(start && { ExclusiveStartKey: start }),
      });
      rows.push(...page.items.map(appOfItem));
      start = page.end;
    } while (start);
    return rows;
  }
}
