import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { ACCOUNT_ID } from './endpoints.ts';
import { asError, type Report } from './events.ts';
import { SecretStore, SecretsError } from './secret-store.ts';

export interface SecretServer {
  readonly endpoint: string;
  readonly store: SecretStore;
  stop(): Promise<void>;
}

/** Starts the emulator of Secrets Manager on 127.0.0.1: CreateSecret, PutSecretValue and GetSecretValue. */
export async function startSecretServer(region: string, report: Report, port = 0): Promise<SecretServer> {
  const store = new SecretStore(`arn:aws:secretsmanager:${region}:${ACCOUNT_ID}:secret:`);
  const server = createServer((request, response) => {
    answer(store, request, response).catch((error: unknown) => {
      response.destroy();
      // Whoever is killed while it asks gets no answer, and that is no trouble.
      if (request.complete) report({ kind: 'trouble', where: 'secrets emulator', error: asError(error) });
    });
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
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, store, stop };
}

const content = { SecretString: z.string().optional(), SecretBinary: z.string().optional() };
const createSchema = z.object({ Name: z.string(), ClientRequestToken: z.string().optional(), ...content });
const putSchema = z.object({
  SecretId: z.string(),
  ClientRequestToken: z.string().optional(),
  VersionStages: z.array(z.string()).optional(),
  ...content,
});
const getSchema = z.object({
  SecretId: z.string(),
  VersionId: z.string().optional(),
  VersionStage: z.string().optional(),
});

async function answer(store: SecretStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const target = String(request.headers['x-amz-target'] ?? '');
  const { status, value } = perform(store, target.replace(/^secretsmanager\./, ''), body);
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(value));
}

function perform(store: SecretStore, operation: string, body: string): { status: number; value: unknown } {
  try {
    return { status: 200, value: operate(store, operation, JSON.parse(body)) };
  } catch (error) {
    if (error instanceof SecretsError) return refusal(error.type, error.message);
    if (error instanceof z.ZodError) return refusal('InvalidParameterException', z.prettifyError(error));
    if (error instanceof SyntaxError) return refusal('SerializationException', error.message);
    throw error;
  }
}

function operate(store: SecretStore, operation: string, input: unknown): unknown {
  switch (operation) {
    case 'CreateSecret': {
      const { Name, ClientRequestToken, ...value } = createSchema.parse(input);
      return store.create(Name, value, ClientRequestToken);
    }
    case 'PutSecretValue': {
      const { SecretId, ClientRequestToken, VersionStages, ...value } = putSchema.parse(input);
      return store.put(SecretId, value, ClientRequestToken, VersionStages);
    }
    case 'GetSecretValue': {
      const { SecretId, VersionId, VersionStage } = getSchema.parse(input);
      return store.get(SecretId, VersionId, VersionStage);
    }
    default:
      throw new SecretsError('UnknownOperationException', `${operation} is not emulated`);
  }
}

function refusal(type: string, message: string): { status: number; value: unknown } {
  return { status: 400, value: { __type: type, Message: message } };
}
