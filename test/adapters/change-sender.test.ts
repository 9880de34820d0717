import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SQSChangeSender } from '../../functions/adapters/change-sender.ts';
import { SQSReconcileQueue } from '../../functions/adapters/reconcile-queue.ts';
import type { Correction } from '../../functions/core/correction.ts';
import { memberGroupId } from '../../functions/core/member-key.ts';
import type { OutgoingChange } from '../../functions/core/outgoing-change.ts';
import { readReconcileMessage } from '../../functions/core/reconcile-message.ts';
import type { CorrectionSender, ReconcileQueue } from '../../functions/workflows/ports.ts';
import { clientConfig } from '../../local/embedded/endpoints.ts';
import { change, changeBody, conversationKey, memberKey, version } from '../support/builders.ts';
import { answer, scriptedServer } from '../support/scripted-server.ts';
import { sqsQueues } from '../support/sqs-queues.ts';

const queues = sqsQueues();

function outgoing(id: string, memberId = 'ann'): OutgoingChange {
  const body = JSON.stringify(changeBody({ id, userId: memberId }));
  return { change: change({ id, member: memberKey({ memberId }) }), body };
}

function correction(overrides: Partial<Correction> = {}): Correction {
  return {
    member: memberKey(),
    plannedAgainst: version(),
    cause: 'deferred',
    passId: 'pass-1',
    ...overrides,
  };
}

async function bodiesOf(url: string): Promise<unknown[]> {
  return (await queues.receive(url)).map(({ Body = '' }) => JSON.parse(Body));
}

describe('changes that are sent', () => {
  it('arrive as they were written, each in the group of its member', async () => {
    const url = await queues.create();
    const changes = [outgoing('c-1'), outgoing('c-2', 'bob'), outgoing('c-3')];
    const sent = await new SQSChangeSender(queues.client, url).sendChanges(changes);
    expect(sent).toEqual([{ sent: true }, { sent: true }, { sent: true }]);
    const received = await queues.receive(url);
    expect(new Set(received.map(({ Body }) => Body))).toEqual(new Set(changes.map(({ body }) => body)));
    expect(received.map(({ Attributes }) => Attributes?.MessageGroupId).toSorted()).toEqual(
      changes.map(({ change }) => memberGroupId(change.member)).toSorted(),
    );
  });

  it('are the same to SQS only with the same id and member', async () => {
    const url = await queues.create();
    const sender = new SQSChangeSender(queues.client, url);
    await sender.sendChanges([outgoing('c-1'), outgoing('c-2'), outgoing('c-1', 'bob')]);
    await sender.sendChanges([outgoing('c-1'), outgoing('c-2')]);
    expect(await bodiesOf(url)).toHaveLength(3);
  });

  it('are not held up by one that the queue does not take', async () => {
    const url = await queues.create({ FifoQueue: 'true', MaximumMessageSize: '1024' });
    const long = { ...outgoing('c-1'), body: 'x'.repeat(1025) };
    const sent = await new SQSChangeSender(queues.client, url).sendChanges([long, outgoing('c-2')]);
    expect(sent).toEqual([{ sent: false, code: 'InvalidParameterValue' }, { sent: true }]);
    expect(await bodiesOf(url)).toHaveLength(1);
  });

  it('are not held up by one that is too long for any request', async () => {
    const url = await queues.create();
    const long = { ...outgoing('c-1'), body: 'x'.repeat(2 ** 21) };
    const sent = await new SQSChangeSender(queues.client, url).sendChanges([long, outgoing('c-2')]);
    expect(sent).toEqual([{ sent: false, code: 'MessageTooLong' }, { sent: true }]);
  });

  it('may be ten of the largest', async () => {
    const url = await queues.create();
    const changes = Array.from({ length: 10 }, (_, index) => ({
      ...outgoing(`c-${index}`, `m-${index}`),
      body: 'x'.repeat(64 * 1024),
    }));
    const sent = await new SQSChangeSender(queues.client, url).sendChanges(changes);
    expect(sent.filter((each) => each.sent)).toHaveLength(10);
  });

  it('may be none', async () => {
    expect(await new SQSChangeSender(queues.client, 'http://127.0.0.1:9/none').sendChanges([])).toEqual([]);
  });
});

describe('corrections that are sent', () => {
  it('arrive as the consumer reads them', async () => {
    const url = await queues.create();
    const sender: CorrectionSender = new SQSChangeSender(queues.client, url);
    expect(await sender.send([correction()])).toEqual([]);
    const received = await queues.receive(url);
    expect(received).toMatchObject([{ Attributes: { MessageGroupId: memberGroupId(memberKey()) } }]);
    expect(JSON.parse(received[0]?.Body ?? '')).toEqual({
      version: 1,
      kind: 'correction',
      ...memberKey(),
      plannedAgainst: version(),
      cause: 'deferred',
      passId: 'pass-1',
    });
  });

  it.each([
    ['another member', { member: memberKey({ memberId: 'bob' }) }],
    ['another version', { plannedAgainst: version(1) }],
    ['another cause', { cause: 'missing' as const }],
    ['another pass', { passId: 'pass-2' }],
  ])('go out again for %s, and not for the same', async (_, other) => {
    const url = await queues.create();
    const sender = new SQSChangeSender(queues.client, url);
    await sender.send([correction()]);
    await sender.send([correction(), correction(other)]);
    expect(await bodiesOf(url)).toHaveLength(2);
  });

  it('that no row was planned against differ from those of a version', async () => {
    const url = await queues.create();
    const { plannedAgainst: _, ...withoutRow } = correction();
    await new SQSChangeSender(queues.client, url).send([correction(), withoutRow]);
    expect(await bodiesOf(url)).toHaveLength(2);
  });
});

describe('conversations to be compared', () => {
  it('arrive as the reconciler reads them', async () => {
    const url = await queues.create({});
    const queue: ReconcileQueue = new SQSReconcileQueue(queues.client, url);
    expect(await queue.send([conversationKey(), memberKey({ conversationId: 'other' })])).toEqual([]);
    const read = (await bodiesOf(url)).map(readReconcileMessage);
    expect(read).toHaveLength(2);
    expect(read).toEqual(
      expect.arrayContaining([
        { kind: 'compare', ...conversationKey() },
        { kind: 'compare', ...conversationKey({ conversationId: 'other' }) },
      ]),
    );
  });
});

describe('a batch that SQS takes in part', () => {
  interface Entry {
    readonly Id: string;
    readonly MessageBody: string;
  }
  type Refusal = { readonly SenderFault: boolean; readonly Code: string };

  /** Refuses entries as it is told: by body, for the given number of requests. */
  async function against(refusals: Readonly<Record<string, Refusal>>, requestsRefused = Infinity) {
    const { host, requests } = await scriptedServer((response, { body }, count) => {
      const { Entries } = JSON.parse(body) as { Entries: Entry[] };
      const refused = (entry: Entry) => (count <= requestsRefused ? refusals[entry.MessageBody] : undefined);
      answer(response, 200, {
        Successful: Entries.filter((entry) => !refused(entry)).map(({ Id }) => ({ Id, MessageId: Id })),
        Failed: Entries.flatMap((entry) => {
          const refusal = refused(entry);
          return refusal ? [{ Id: entry.Id, ...refusal }] : [];
        }),
      });
    });
    const client = new SQSClient({ ...clientConfig(host, 'eu-west-1'), md5: false });
    onTestFinished(() => client.destroy());
    const sentBodies = () =>
      requests.map(({ body }) =>
        (JSON.parse(body) as { Entries: Entry[] }).Entries.map((e) => e.MessageBody),
      );
    return { sender: new SQSChangeSender(client, `${host}/q`), sentBodies };
  }

  const named = (body: string) => ({ ...outgoing(body), body });
  const busy = { SenderFault: false, Code: 'InternalError' };

  it('is sent again for those that may pass, and only for those', async () => {
    const wrong = { SenderFault: true, Code: 'InvalidMessageContents' };
    const throttled = { SenderFault: true, Code: 'ThrottlingException' };
    const { sender, sentBodies } = await against({ b: busy, c: wrong, d: throttled }, 1);
    expect(await sender.sendChanges(['a', 'b', 'c', 'd'].map(named))).toEqual([
      { sent: true },
      { sent: true },
      { sent: false, code: 'InvalidMessageContents' },
      { sent: true },
    ]);
    expect(sentBodies()).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'd'],
    ]);
  });

  it('is given up after three requests', async () => {
    const { sender, sentBodies } = await against({ b: busy });
    expect(await sender.sendChanges(['a', 'b'].map(named))).toEqual([
      { sent: true },
      { sent: false, code: 'InternalError' },
    ]);
    expect(sentBodies()).toEqual([['a', 'b'], ['b'], ['b']]);
  });

  it('gives the corrections that were not taken', async () => {
    const { host } = await scriptedServer((response) =>
      answer(response, 200, {
        Successful: [{ Id: '0' }],
        Failed: [{ Id: '1', SenderFault: true, Code: 'X' }],
      }),
    );
    const client = new SQSClient({ ...clientConfig(host, 'eu-west-1'), md5: false });
    onTestFinished(() => client.destroy());
    const [taken, refused] = [correction(), correction({ passId: 'pass-2' })];
    expect(await new SQSChangeSender(client, host).send([taken, refused])).toEqual([refused]);
  });

  it('throws where the request as a whole fails', async () => {
    const sender = new SQSChangeSender(queues.client, `${await queues.create()}-no`);
    await expect(sender.send([correction()])).rejects.toThrow();
  });
});
