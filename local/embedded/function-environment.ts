import { type Endpoints, isOnThisMachine } from './endpoints.ts';

export interface FunctionIdentity {
  readonly logicalId: string;
  readonly name: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly taskRoot: string;
}

/**
 * The variables that Lambda itself sets, and the addresses of the emulators. The access key names the function, so
 * that an emulator can tell who is calling.
 */
export function lambdaVariables(
  { logicalId, name, handler, memoryMb, taskRoot }: FunctionIdentity,
  region: string,
  endpoints: Endpoints,
): Record<string, string> {
  return {
    ...platformVariables(),
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...credentials(logicalId, endpoints),
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: taskRoot,
    _HANDLER: handler,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.eventBridge,
  };
}

/** What runs elsewhere wants real credentials, which are then those of whoever started this. */
function credentials(logicalId: string, endpoints: Endpoints): Record<string, string> {
  if (Object.values(endpoints).every((endpoint) => isOnThisMachine(endpoint)))
    return { AWS_ACCESS_KEY_ID: logicalId, AWS_SECRET_ACCESS_KEY: 'local', AWS_SESSION_TOKEN: 'local' };
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** Windows opens no socket for a process that does not know where the system is. */
function platformVariables(): Record<string, string> {
  const systemRoot = process.env['SystemRoot'];
  return process.platform === 'win32' && systemRoot !== undefined ? { SystemRoot: systemRoot } : {};
}
