import { afterAll, beforeAll } from 'vitest';
import { type IdentityServer, startIdentityServer } from '../../local/embedded/identity-server.ts';

/** Who the operators of a test file are to STS. */
export const OPERATOR_ARN = 'arn:aws:sts::000000000000:assumed-role/Operator/jo';

/** An emulator of STS for a test file; its endpoint as the SDK takes it from the environment. */
export function operatorIdentity(): () => Readonly<Record<string, string>> {
  let server: IdentityServer;
  beforeAll(async () => {
    server = await startIdentityServer(OPERATOR_ARN);
  });
  afterAll(() => server.stop());
  return () => ({ AWS_ENDPOINT_URL_STS: server.endpoint });
}
