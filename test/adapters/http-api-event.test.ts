import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { answerOf, requestOf } from '../../functions/adapters/http-api-event.ts';

const event = (overrides: Partial<APIGatewayProxyEventV2>) =>
  requestOf({
    routeKey: 'POST /sunshine/{appId}',
    pathParameters: { appId: 'shop' },
    headers: { 'x-api-key': 'k' },
    isBase64Encoded: false,
    ...overrides,
  } as APIGatewayProxyEventV2);

describe('a request of the HTTP API', () => {
  it('is for a route and an app, and says what it came with', () => {
    expect(event({ body: '{"ü":1}' })).toEqual({
      route: 'POST /sunshine/{appId}',
      appId: 'shop',
      headers: { 'x-api-key': 'k' },
      body: '{"ü":1}',
      bodyBytes: 8,
    });
  });

  it('may have its body in base64', () => {
    const body = Buffer.from('{"ü":1}').toString('base64');
    expect(event({ body, isBase64Encoded: true })).toMatchObject({ body: '{"ü":1}', bodyBytes: 8 });
  });

  it('may have none, and then no app either', () => {
    const { appId, body, bodyBytes } = requestOf({
      routeKey: 'POST /changes',
      headers: {},
      isBase64Encoded: false,
    } as APIGatewayProxyEventV2);
    expect([appId, body, bodyBytes]).toEqual([undefined, '', 0]);
  });

  it('keeps a byte order mark, which was signed with the rest', () => {
    expect(event({ body: '\ufeff{}' })).toMatchObject({ body: '\ufeff{}' });
  });

  it('has no body where that is no UTF-8, or too large to be looked at', () => {
    const broken = Buffer.from([0x7b, 0xff]).toString('base64');
    expect(event({ body: broken, isBase64Encoded: true })).toMatchObject({ body: undefined, bodyBytes: 2 });
    const large = 'x'.repeat(1024 * 1024 + 1);
    expect(event({ body: large })).toMatchObject({ body: undefined, bodyBytes: large.length });
  });
});

it('an answer goes out as JSON', () => {
  expect(answerOf({ status: 401, body: { error: 'no' } })).toEqual({
    statusCode: 401,
    headers: { 'content-type': 'application/json' },
    body: '{"error":"no"}',
  });
});
