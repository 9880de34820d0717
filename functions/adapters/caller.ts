import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';

/** The ARN of whoever calls AWS with this process's credentials. No permission is needed to ask. */
export async function callerArn(client: STSClient): Promise<string> {
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  if (Arn === undefined) throw new Error('the caller has no ARN');
  return Arn;
}
