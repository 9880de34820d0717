import { type Command, InvalidArgumentError } from 'commander';
import { type AppRow, PATH_ID } from '../functions/core/app.ts';
import type { Roster } from '../functions/workflows/ports.ts';
import { CommandError } from './terminal.ts';

/** The two arguments by which a command names its conversation. */
export function addConversationArguments(command: Command): Command {
  return command
    .argument('<app>', "the vendor's id of the app", readPathId)
    .argument('<conversation>', "the vendor's id of the conversation", readPathId);
}

/** Ids of apps and conversations stand in requests' paths. */
export function readPathId(text: string): string {
  if (!PATH_ID.test(text)) throw new InvalidArgumentError('It must be 1 to 128 letters, digits, "-" or "_".');
  return text;
}

export async function declaredApp(roster: Pick<Roster, 'app'>, appId: string): Promise<AppRow> {
  const app = await roster.app(appId);
  if (app) return app;
  throw new CommandError(
    `the app ${appId} is not declared; rollcall app set ${appId} --id-kind <kind> does that`,
  );
}
