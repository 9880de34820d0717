import { isDeepStrictEqual } from 'node:util';
import { isInvalid, readChange } from '../../../functions/core/change.ts';
import { correctionBody, readCorrection } from '../../../functions/core/correction.ts';
import { readDeclaration } from '../../../functions/core/declaration.ts';
import { BODY_MAX_BYTES, readOutgoing } from '../../../functions/core/outgoing-change.ts';
import { readMessage } from '../../../functions/core/read-message.ts';
import { changeBody, iso, NOW, queueMessage, version } from '../../support/builders.ts';
import { holds, MARK, parsed, type Target, tellsNothing } from '../target.ts';

const changes = [
  changeBody({ userId: MARK, source: 'hr', subscribeSDKClient: true }),
  changeBody({ userId: undefined, userExternalId: `${MARK}🦺`, action: 'leave', occurredAt: iso(NOW) }),
];
const corrections = [
  {
    version: 1,
    kind: 'correction',
    appId: 'shop',
    conversationId: 'orders',
    idKind: 'userId',
    memberId: MARK,
  },
].map((body) => ({ ...body, plannedAgainst: version(), cause: 'missing', passId: 'pass-1' }));
const bodies = [...changes, ...corrections].map((body) => JSON.stringify(body));

/** A message of the change queue, as the consumer reads it. */
export const message: Target = {
  name: 'message',
  corpus: bodies,
  probe: (body) => {
    const read = readMessage(queueMessage(body), NOW);
    switch (read.kind) {
      case 'change':
        return sameAgain(read.change);
      case 'correction':
        holds(
          isDeepStrictEqual(readCorrection(JSON.parse(correctionBody(read.correction))), read.correction),
          'a correction that is written again reads as another',
        );
        return;
      case 'refused':
        return tellsNothing(read.detail);
      default:
        read satisfies never;
    }
  },
};

function sameAgain(change: Exclude<ReturnType<typeof readChange>, { problem: string }>): void {
  const { member, occurredAtMs, id, action, subscribeSDKClient, source } = change;
  const { appId, conversationId, idKind, memberId } = member;
  const about = { id, action, appId, conversationId, [idKind]: memberId, subscribeSDKClient, source };
  const again = readChange(JSON.parse(JSON.stringify({ ...about, occurredAt: iso(occurredAtMs) })));
  holds(isDeepStrictEqual(again, change), 'a change that is written again reads as another');
}

/** What `rollcall enqueue` is given: it must send nothing that the consumer would park as invalid. */
export const outgoing: Target = {
  name: 'outgoing',
  corpus: bodies,
  probe: (text) => {
    const read = readOutgoing(text, NOW);
    if ('problem' in read) return tellsNothing(read.problem);
    holds(Buffer.byteLength(read.body) <= BODY_MAX_BYTES, 'a body is larger than the queue takes');
    holds(!/[\ufffe\uffff\ud800-\udfff]/.test(read.body), 'a body holds what SQS refuses');
    holds(isDeepStrictEqual(parsed(read.body), parsed(text)), 'escaping has changed what a body says');
    const received = readMessage(queueMessage(read.body), NOW);
    holds(
      received.kind === 'change' && isDeepStrictEqual(received.change, read.change),
      'sent and read differ',
    );
  },
};

/** A file for `rollcall declare`. The name of a field that does not belong there is shown; no value ever is. */
export const declaration: Target = {
  name: 'declaration',
  corpus: [
    { appId: 'shop', conversationId: 'orders', members: ['ann', MARK, 'cyd'], occurredAt: iso(NOW) },
    { appId: 'shop', conversationId: 'orders', members: [] },
  ].map((each) => JSON.stringify(each)),
  probe: (text) => {
    const json = parsed(text);
    if (!json) return;
    const read = readDeclaration(json.value);
    if (isInvalid(read)) {
      tellsNothing(read.problem);
      holds(
        !/\p{Cc}/u.test(read.field),
        'the name of a field is shown as it is, to a terminal that may obey it',
      );
      return;
    }
    holds(new Set(read.members).size === read.members.length, 'somebody is declared twice');
    holds(
      isDeepStrictEqual(readDeclaration(JSON.parse(JSON.stringify(read))), read),
      'reads differently again',
    );
  },
};
