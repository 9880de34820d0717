import { type AppRow, appRowSchema } from '../../core/app.ts';
import { fromItem, type Item } from './items.ts';

/** An app row as its item has it. */
export interface AppItem {
  readonly row: AppRow;
  /** It was declared in another table, of which this one is a copy. Until it is declared anew its switch is off. */
  readonly isRestored: boolean;
}

/** What an item leaves out has its default, as where an older deployment wrote it. */
export function readAppItem(item: Item, tableName: string): AppItem {
  const row = fromItem('app', { ...item, appId: item['sk'] ?? { NULL: true } }, appRowSchema);
  const isRestored = item['declaredIn']?.S !== tableName;
  return { row: { ...row, reconcile: row.reconcile && !isRestored }, isRestored };
}
