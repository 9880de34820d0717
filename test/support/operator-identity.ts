import { afterAll, beforeAll } from 'vitest';
import {
  type EventServer,
  type PublishedEvent,
  startEventServer,
} from '../../local/embedded/event-server.ts';
import { type IdentityServer, startIdentityServer } from '../../local/embedded/identity-server.ts';

/** Who the operators of a test file are to STS. */
export const OPERATOR_ARN = 'arn:aws:sts::000000000000:assumed-role/Operator/jo';

/** Emulators of STS and EventBridge for a test file; their endpoints as the SDK takes them from the environment. */
export function operatorIdentity(): (() => Readonly<Record<string, string>>) & {
  published(): readonly PublishedEvent[];
} {
  let server: IdentityServer;
  let events: EventServer;
  beforeAll(async () => {
    server = await startIdentityServer(OPERATOR_ARN);
    events = await startEventServer();
  });
  afterAll(async () => {
    await server.stop();
    await events.stop();
  });
  const endpoints = () => ({
    AWS_ENDPOINT_URL_STS: server.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: events.endpoint,
  });
  return Object.assign(endpoints, { published: () => events.published });
}
