interface AwsClient {
  readonly middlewareStack: { remove(name: string): boolean };
}

/**
 * The SDK's own defaults, where they are not to be looked for: for each, every client of a new process asks the
 * environment and then two files.
 */
const SETTLED = {
  retryMode: 'standard',
  defaultsMode: 'legacy',
  authSchemePreference: [] as string[],
  userAgentAppId: async () => undefined,
} as const;

/** The SDK's own defaults wait for an answer for ever, which here means until the function's time is up. */
const OPTIONS = {
  ...SETTLED,
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
} as const;

/** For who must answer within a second: an attempt that hangs leaves time for another. */
export const QUICK = {
  ...SETTLED,
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 250, requestTimeout: 300, throwOnRequestTimeout: true },
} as const;

/** A client of one AWS service, as all of Rollcall's functions make theirs: `awsClient(DynamoDBClient)`. */
export function awsClient<Client extends AwsClient>(
  Service: new (options: typeof OPTIONS | typeof QUICK) => Client,
  options: typeof OPTIONS | typeof QUICK = OPTIONS,
): Client {
  const client = new Service(options);
  // Prepares a log entry for every request, also where no logger is set: a tenth of a request's CPU.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
