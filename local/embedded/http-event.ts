import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ACCOUNT_ID } from './endpoints.ts';

/** Bodies of these types are handed over as text, all others in base64. */
const TEXT_TYPES = /^(text\/|application\/(json|javascript|xml))/i;

/** What the function is given for a request: payload format 2.0, as API Gateway makes it. */
export function toHttpEvent(
  { method = '', url = '', rawHeaders }: IncomingMessage,
  routeKey: string,
  pathParameters: Readonly<Record<string, string>>,
  body: Buffer,
): unknown {
  const [rawPath = '', ...query] = url.split('?');
  const { cookie, ...headers } = joined(rawHeaders);
  const isText =
    headers['content-encoding'] === undefined && TEXT_TYPES.test(headers['content-type'] ?? 'text/');
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: query.join('?'),
    ...(cookie !== undefined && { cookies: cookie.split(/; ?/) }),
    headers: { ...headers, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' },
    requestContext: requestContext(method, rawPath, routeKey, headers),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: !isText,
  };
}

function requestContext(
  method: string,
  path: string,
  routeKey: string,
  headers: Readonly<Record<string, string>>,
): object {
  const userAgent = headers['user-agent'] ?? '';
  return {
    accountId: ACCOUNT_ID,
    domainName: headers['host'] ?? '',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent },
    requestId: randomUUID(),
    routeKey,
    stage: '$default',
    timeEpoch: Date.now(),
  };
}

/** By names in lower case; what came several times in one, with commas between. */
function joined(rawHeaders: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(headers);
}
