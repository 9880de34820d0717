import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface IdentityServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** Starts an emulator of STS on 127.0.0.1 that knows GetCallerIdentity only, and everybody as this one. */
export async function startIdentityServer(arn: string, port = 0): Promise<IdentityServer> {
  const server = createServer(async (request, response) => {
    const action = new URLSearchParams(await text(request)).get('Action');
    const isKnown = action === 'GetCallerIdentity';
    response.writeHead(isKnown ? 200 : 400, { 'content-type': 'text/xml' });
    response.end(isKnown ? identity(arn) : refusal(action ?? 'nothing'));
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise;
  const stop = async (): Promise<void> => {
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    server.closeAllConnections();
    await closed.promise;
  };
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

function identity(arn: string): string {
  const account = arn.split(':')[4] ?? '';
  return (
    `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult><Arn>${arn}</Arn>` +
    `<UserId>AIDAEMULATED</UserId><Account>${account}</Account></GetCallerIdentityResult>` +
    '<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>'
  );
}

function refusal(action: string): string {
  const message = `${action.replace(/\W/g, '')} is not emulated`;
  return `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>${message}</Message></Error></ErrorResponse>`;
}
