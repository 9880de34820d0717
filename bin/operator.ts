import { randomUUID } from 'node:crypto';
import { systemClock } from '../functions/adapters/clock.ts';
import type { AuditedAction, AuditTarget } from '../functions/core/audit.ts';
import { audited } from '../functions/workflows/audited.ts';
import type { AuditLog } from '../functions/workflows/ports.ts';
import type { DeploymentOptions } from './deployment.ts';
import { complain, describe } from './terminal.ts';

/** What a command does that changes something, with a record of who did it. A dry run changes nothing and leaves none. */
export async function asOperator<Result>(
  options: DeploymentOptions & { readonly dryRun?: true },
  audit: AuditLog,
  act: { readonly action: AuditedAction; readonly target: AuditTarget },
  perform: () => Promise<Result>,
  noteOf?: (result: Result) => string,
): Promise<Result> {
  if (options.dryRun) return perform();
  const ports = {
    audit,
    clock: systemClock,
    newId: () => randomUUID(),
    onUnrecorded: (error: unknown) =>
      complain(`the record of this action has no outcome, which could not be written: ${describe(error)}`),
  };
  return audited({ ...act, who: await who(options), via: 'command' }, ports, perform, noteOf);
}

/** An outage of STS must not keep anybody from acting: the record then says that it is not known who it was. */
async function who({ local }: DeploymentOptions): Promise<string> {
  if (local) return 'local';
  try {
    const { STSClient } = await import('@aws-sdk/client-sts');
    const { awsClient } = await import('../functions/adapters/aws-client.ts');
    const { callerArn } = await import('../functions/adapters/caller.ts');
    return await callerArn(awsClient(STSClient));
  } catch (error) {
    complain(`note: who you are is not known, and the record of this action says so: ${describe(error)}`);
    return 'unknown';
  }
}
