import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { inspect } from 'node:util';
import { refusedError } from '../../../functions/adapters/participants-api/error.ts';
import { retryAfterMs } from '../../../functions/adapters/participants-api/retry-after.ts';
import { ParticipantsApi, ParticipantsApiError } from '../../../functions/adapters/participants-api.ts';
import { classifyFailure } from '../../../functions/core/call-result.ts';
import { NOW } from '../../support/builders.ts';
import { holds, MARK, parsed, type Target, tellsNothing } from '../target.ts';

const OPERATIONS = ['join', 'leave', 'list'] as const;
const STATUSES = [302, 400, 401, 403, 404, 408, 409, 423, 429, 500, 503];
const SECRET = `${MARK}-secret`;

/** An error's body, under each status that it may come with. */
export const errorBody: Target = {
  name: 'error-body',
  corpus: [
    { errors: [{ code: 'bad_request', title: 'Too many participants' }] },
    { errors: [{ code: 'user_not_found', title: `User ${MARK} was not found!` }, { code: MARK }] },
    { errors: [{ code: 'not_found', title: 'User is not a member of the conversation.' }] },
  ].map((each) => JSON.stringify(each)),
  probe: (text) => {
    for (const operation of OPERATIONS) {
      for (const status of STATUSES) {
        const answer = { status, header: () => undefined, json: parsed(text)?.value };
        const exchange = { kind: 'answered', answer, repeated: false } as const;
        const error = refusedError(operation, exchange, [MARK], NOW);
        tellsNothing(error.message);
        for (const { code = '', title = '' } of error.errors)
          holds(code.length <= 200 && title.length <= 200, 'somebody else’s text without end');
        const result = classifyFailure(operation, error);
        tellsNothing(JSON.stringify(result));
        holds(result.kind !== 'applied', 'a refusal that is taken for success');
      }
    }
  },
};

/** The header that says how long to wait. */
export const retryAfter: Target = {
  name: 'retry-after',
  corpus: [
    '120',
    '1.5',
    'Sun, 01 Mar 2026 12:01:00 GMT',
    'Sunday, 01-Mar-26 12:01:00 GMT',
    'Sun Mar  1 12:01:00 2026',
  ],
  probe: (text) => {
    const ms = retryAfterMs(text, NOW);
    holds(ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms <= 3_600_000), `a wait of ${ms} ms`);
  },
};

const head = (status: string, ...headers: readonly string[]) =>
  [`HTTP/1.1 ${status}`, 'content-type: application/json', ...headers, '', ''].join('\r\n');
const page = (hasMore: boolean, ...ids: readonly string[]) => ({
  participants: ids.map((id) => ({ id, userId: `${id}-user`, userExternalId: null, unreadCount: 0 })),
  meta: { hasMore, ...(hasMore && { afterCursor: 'next' }) },
  links: { next: null },
});

/** Whole answers as they come over the wire, to a client that is as real as can be. */
export function wire(): Target {
  let answering: { server: Server; api: ParticipantsApi } | undefined;
  let text = '';
  const start = async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(Buffer.from(text)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const auth = { keyId: 'app_1', secret: SECRET };
    return { server, api: new ParticipantsApi({ host, auth, requestTimeoutMs: 2_000 }) };
  };
  return {
    name: 'wire',
    corpus: [
      head('200 OK', 'transfer-encoding: identity') + JSON.stringify(page(true, 'p1', 'p2')),
      head('200 OK', 'x-request-id: req-1') + JSON.stringify(page(false, 'p1')),
      head('201 Created') + JSON.stringify({ participant: { id: 'p1', userId: MARK } }),
      `${head('200 OK', 'content-length: 2')}{}`,
      `${head('200 OK', 'transfer-encoding: chunked')}2\r\n{}\r\n0\r\n\r\n`,
      head('429 Too Many Requests', 'retry-after: 3'),
      head('404 Not Found') + JSON.stringify({ errors: [{ code: 'user_not_found', title: `No ${MARK}` }] }),
      head('302 Found', 'location: http://127.0.0.1:1/'),
    ],
    probe: async (input) => {
      answering ??= await start();
      const { api } = answering;
      text = input;
      const id = { userId: MARK };
      await outcome('list', () => api.listParticipants('shop', 'orders'));
      await outcome('join', () => api.joinConversation('shop', 'orders', id));
      await outcome('leave', () => api.leaveConversation('shop', 'orders', id));
    },
    close: () => {
      answering?.api.close();
      answering?.server.close();
    },
  };
}

async function outcome(operation: (typeof OPERATIONS)[number], call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof ParticipantsApiError)) throw error;
    holds(!inspect(error).includes(SECRET), 'an error shows the secret');
    tellsNothing(error.message);
    const result = classifyFailure(operation, error);
    holds(result.kind !== 'applied', 'a failure that is taken for success');
  }
}
