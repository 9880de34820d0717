import { type Command, Option } from 'commander';
import { POLICIES, type Policy } from '../../functions/core/app.ts';
import type { ConversationKey } from '../../functions/core/member-key.ts';
import { addConversationArguments, declaredApp } from '../arguments.ts';
import { addTableOptions, connectTable, type DeploymentOptions } from '../deployment.ts';
import { asOperator } from '../operator.ts';
import { complain, print } from '../terminal.ts';

interface ConversationSetOptions extends DeploymentOptions {
  readonly policy: Policy | typeof INHERIT;
  readonly json?: true;
}

/** The conversation has no policy of its own. */
const INHERIT = 'inherit';

const HELP = `
  report    corrects no drift              managed  also removes whom a change wished out
  additive  only joins who is missing      exact    removes whoever is not wished for
  inherit   as its app, else as the deployment

--json prints one object: appId, conversationId, policy (absent where it is inherited).`;

export function addConversationSet(conversation: Command): void {
  const command = conversation
    .command('set')
    .description('set how far drift is corrected in one conversation')
    .addOption(
      new Option('--policy <policy>', 'how far drift is corrected')
        .choices([...POLICIES, INHERIT])
        .makeOptionMandatory(),
    )
    .option('--json', 'print one JSON object instead')
    .addHelpText('after', HELP)
    .action((appId: string, conversationId: string, options: ConversationSetOptions) =>
      setConversation({ appId, conversationId }, options),
    );
  addConversationArguments(command);
  addTableOptions(command);
}

async function setConversation(
  conversation: ConversationKey,
  options: ConversationSetOptions,
): Promise<void> {
  const { roster, audit } = await connectTable(options);
  await declaredApp(roster, conversation.appId);
  const { appId, conversationId } = conversation;
  if (!(await roster.conversation(conversation)))
    complain(
      `note: the roster knew no conversation ${conversationId} of ${appId}; nobody there is managed yet`,
    );
  const target = { appId, conversationId, policy: options.policy };
  await asOperator(options, audit, { action: 'conversation set', target }, () =>
    roster.patchConversation(conversation, { policy: options.policy === INHERIT ? null : options.policy }),
  );
  const policy = (await roster.conversation(conversation))?.policy;
  print(
    options.json
      ? JSON.stringify({ ...conversation, policy })
      : `${appId} ${conversationId}: policy ${policy ?? 'inherited'}`,
  );
}
