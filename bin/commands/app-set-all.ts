import type { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { complain, count, describe, ProgressLine, print } from '../terminal.ts';

/** The switch of every app: one that fails keeps no other from being switched. Gives the exit code. */
export async function switchAll(apps: DynamoDBAppRows, reconcile: boolean): Promise<number> {
  const items = await apps.list();
  const progress = new ProgressLine();
  let switched = 0;
  for (const { row } of items) {
    const { appId, idKind } = row;
    try {
      if (!(await apps.put({ appId, idKind, reconcile }))) throw new Error('it was declared anew meanwhile');
      switched += 1;
    } catch (error) {
      progress.clear();
      complain(`the app ${appId} was not switched: ${describe(error)}`);
    }
    progress.show(() => `${count(switched)} of ${count(items.length)} apps`);
  }
  progress.clear();
  print(`reconcile is ${reconcile ? 'on' : 'off'} for ${count(switched)} of ${count(items.length)} apps`);
  if (switched === items.length) return 0;
  complain('run it again for the rest');
  return 1;
}
