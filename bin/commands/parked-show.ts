import type { Command } from 'commander';
import type { ParkedRecord } from '../../functions/core/parked.ts';
import { PARK_REASONS } from '../../functions/core/reasons.ts';
import { addTableOptions, connectTable, type DeploymentOptions } from '../deployment.ts';
import { CommandError, columns, print, printable, shown } from '../terminal.ts';

type ShowOptions = DeploymentOptions & { readonly json?: true };

const HELP = `
The body is shown as it came, but for what a terminal might obey, which is escaped. Of what was settled nothing is kept
but how it ended.

--json prints one object: kind (parked, settled), and item (message, reason, detail, parkedAtMs, key, changeId) or settled
(as, atMs), reason, parkedAtMs, changeId.`;

export function addParkedShow(parked: Command): void {
  const command = parked
    .command('show')
    .description('show one parked change whole')
    .argument('<message>', 'its message id, as rollcall parked list shows it')
    .option('--json', 'print one JSON object instead')
    .addHelpText('after', HELP)
    .action(show);
  addTableOptions(command);
}

async function show(messageId: string, options: ShowOptions): Promise<void> {
  const { parked } = await connectTable(options);
  const record = await parked.record(messageId);
  if (!record) throw new CommandError(`nothing is known of a parked message ${shown(messageId)}`);
  print(options.json ? JSON.stringify(record) : recordText(messageId, record));
}

function recordText(messageId: string, record: ParkedRecord): string {
  if (record.kind === 'settled') {
    const { settled, reason, parkedAtMs, changeId } = record;
    return columns([
      ['message:', shown(messageId)],
      ['settled:', `${settled.as} ${iso(settled.atMs)}`],
      ['parked:', `${iso(parkedAtMs)}, ${reason}: ${PARK_REASONS[reason]}`],
      ...(changeId === undefined ? [] : [['change:', shown(changeId)]]),
    ]);
  }
  const { message, reason, detail, parkedAtMs, key, changeId } = record.item;
  const attributes = Object.entries(message.attributes).map(([name, value]) => [
    'attribute:',
    `${shown(name)} = ${printable(value)}`,
  ]);
  const lines = columns([
    ['message:', shown(messageId)],
    ['parked:', iso(parkedAtMs)],
    ['reason:', `${reason}: ${PARK_REASONS[reason]}`],
    ['detail:', printable(detail)],
    ...(changeId === undefined ? [] : [['change:', shown(changeId)]]),
    ...(key
      ? [
          ['app:', shown(key.appId)],
          ['conversation:', shown(key.conversationId)],
          ['member:', `${shown(key.memberId)} (${key.idKind})`],
        ]
      : []),
    ...attributes,
  ]);
  return `${lines}\n\n${printable(message.body)}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
