import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { DOOR_BODY_MAX_BYTES, type DoorAnswer, type DoorRequest } from '../core/door.ts';

/** A byte order mark stays: it is part of what was signed. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A request as an HTTP API hands it over, payload format 2.0. Bodies of types it takes for binary come in base64. One
 * that is too large anyway is only measured.
 */
export function requestOf(event: APIGatewayProxyEventV2): DoorRequest {
  const { routeKey, pathParameters, headers, body = '', isBase64Encoded } = event;
  const encoding = isBase64Encoded ? 'base64' : 'utf8';
  const bodyBytes = Buffer.byteLength(body, encoding);
  return {
    route: routeKey,
    appId: pathParameters?.['appId'],
    headers,
    body: bodyBytes > DOOR_BODY_MAX_BYTES ? undefined : textOf(Buffer.from(body, encoding)),
    bodyBytes,
  };
}

export function answerOf({ status, body }: DoorAnswer): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
