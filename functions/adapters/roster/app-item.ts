import { type AppRow, appRowSchema } from '../../core/app.ts';
import { fromItem, type Item } from './items.ts';

/** What an item leaves out has its default, as where an older deployment wrote it. */
export function appOfItem(item: Item): AppRow {
  return fromItem('app', { ...item, appId: item['sk'] ?? { NULL: true } }, appRowSchema);
}
