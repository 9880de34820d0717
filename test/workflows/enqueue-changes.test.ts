import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { OutgoingChange } from '../../functions/core/outgoing-change.ts';
import {
  type EnqueueSummary,
  enqueueChanges,
  type InputLine,
} from '../../functions/workflows/enqueue-changes.ts';
import type { SendAnswer } from '../../functions/workflows/ports.ts';
import { changeBody, DAY, iso, NOW } from '../support/builders.ts';

type Batch = readonly OutgoingChange[];
type Answer = (batch: Batch, request: number) => Promise<readonly SendAnswer[]>;

const takesAll: Answer = async (batch) => batch.map(() => ({ sent: true }));

/** A queue that answers as told, and remembers what it was sent and what was under way together. */
class ScriptedSender {
  readonly batches: Batch[] = [];
  readonly overlaps: string[] = [];
  mostAtOnce = 0;
  readonly #underWay = new Set<Batch>();
  readonly #answer: Answer;

  constructor(answer: Answer = takesAll) {
    this.#answer = answer;
  }

  async sendChanges(batch: Batch): Promise<readonly SendAnswer[]> {
    const busy = new Set([...this.#underWay].flatMap((other) => other.map(memberOf)));
    for (const member of batch.map(memberOf)) {
      if (busy.has(member)) this.overlaps.push(member);
      busy.add(member);
    }
    this.#underWay.add(batch);
    this.batches.push(batch);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay.size);
    try {
      return await this.#answer(batch, this.batches.length);
    } finally {
      this.#underWay.delete(batch);
    }
  }

  idsOf(memberId: string): string[] {
    return this.batches.flat().flatMap((each) => (memberOf(each) === memberId ? [each.change.id] : []));
  }
}

const memberOf = ({ change }: OutgoingChange) => change.member.memberId;

let notSent: string[];
let waitsMs: number[];
beforeEach(() => {
  notSent = [];
  waitsMs = [];
});

function enqueue(
  lines: Iterable<string>,
  sender: ScriptedSender,
  { moveByMs = 0, controller = new AbortController() } = {},
): Promise<EnqueueSummary> {
  const ports = {
    sender,
    clock: {
      nowMs: () => NOW,
      random: () => 0.5,
      sleep: async (ms: number) => void waitsMs.push(ms),
    },
    onNotSent: (line: number, problem: string) => void notSent.push(`${line}: ${problem}`),
    onProgress: () => {},
  };
  return enqueueChanges(numbered(lines), ports, { moveByMs, signal: controller.signal });
}

async function* numbered(lines: Iterable<string>): AsyncGenerator<InputLine> {
  let number = 0;
  for (const text of lines) {
    number += 1;
    yield text === 'unreadable' ? { number, problem: 'body: is not UTF-8' } : { number, text };
  }
}

const line = (id: number, userId: string) => JSON.stringify(changeBody({ id: `c-${id}`, userId }));
const oneEach = (count: number) => Array.from({ length: count }, (_, index) => line(index, `u-${index}`));

/** Answers later, in turn, so that requests overlap. */
const slowly: Answer = async (batch) => {
  await new Promise(setImmediate);
  return takesAll(batch, 0);
};

describe('enqueueing changes', () => {
  it('sends them all, ten at a time and several batches at once', async () => {
    const sender = new ScriptedSender(slowly);
    const summary = await enqueue(oneEach(300), sender);
    expect(summary).toEqual({ lines: 300, sent: 300, refused: 0, unsent: 0 });
    expect(sender.batches.length).toBeLessThanOrEqual(33);
    expect(Math.max(...sender.batches.map((batch) => batch.length))).toBe(10);
    expect(sender.mostAtOnce).toBe(8);
  });

  it('sends the changes of one member one after the other, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 60 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 20 }),
        async (members, turns) => {
          const sender = new ScriptedSender(async (batch, request) => {
            for (let turn = turns[request % turns.length] ?? 0; turn > 0; turn--)
              await new Promise(setImmediate);
            return takesAll(batch, request);
          });
          await enqueue(
            members.map((member, index) => line(index, member)),
            sender,
          );
          expect(sender.overlaps).toEqual([]);
          for (const member of new Set(members)) {
            const ids = members.flatMap((each, index) => (each === member ? [`c-${index}`] : []));
            expect(sender.idsOf(member)).toEqual(ids);
          }
        },
      ),
    );
  });

  it('refuses what is no change, says which line and why, and sends the rest', async () => {
    const summary = await enqueue(['{', line(1, 'a'), 'unreadable', line(2, '')], new ScriptedSender());
    expect(summary).toEqual({ lines: 4, sent: 1, refused: 3, unsent: 0 });
    expect(notSent).toEqual([
      '1: body: is not JSON',
      '3: body: is not UTF-8',
      '4: userId: must not be empty (found: a string of 0 characters)',
    ]);
  });

  it('never says what the value was', async () => {
    await enqueue([JSON.stringify(changeBody({ userId: 'secret-\u0000' }))], new ScriptedSender());
    expect(notSent).toHaveLength(1);
    expect(notSent.join()).not.toContain('secret');
  });

  it('keeps requests below 256 KiB', async () => {
    const sender = new ScriptedSender(slowly);
    const big = Array.from({ length: 40 }, (_, index) =>
      JSON.stringify(changeBody({ id: `c-${index}`, userId: `u-${index}`, more: 'x'.repeat(60_000) })),
    );
    expect(await enqueue(big, sender)).toMatchObject({ sent: 40 });
    const bytes = sender.batches.map((batch) => batch.reduce((sum, { body }) => sum + body.length, 0));
    expect(Math.max(...bytes)).toBeLessThanOrEqual(256 * 1_024);
    expect(sender.mostAtOnce).toBeGreaterThan(2);
  });

  it('moves every time by as much as it is told to', async () => {
    const old = JSON.stringify(changeBody({ occurredAt: iso(NOW - 60 * DAY) }));
    const sender = new ScriptedSender();
    expect(await enqueue([old], sender, { moveByMs: 60 * DAY })).toMatchObject({ sent: 1 });
    expect(sender.batches[0]?.[0]?.change.occurredAtMs).toBe(NOW);
  });

  it('holds a bounded number of lines, however many there are', async () => {
    const sender = new ScriptedSender(slowly);
    let mostAhead = 0;
    function* many() {
      for (let produced = 0; produced < 2_000; produced++) {
        mostAhead = Math.max(mostAhead, produced - sender.batches.flat().length);
        // One member has every other change, so that many must wait for one another.
        yield line(produced, produced % 2 === 0 ? 'busy' : `u-${produced}`);
      }
    }
    await enqueue(many(), sender);
    expect(mostAhead).toBeLessThanOrEqual(400);
  });
});

describe('enqueueing changes when the queue does not do as it should', () => {
  it('sends a request again whose answer did not come', async () => {
    const sender = new ScriptedSender(async (batch, request) => {
      if (request <= 3) throw new Error('no answer');
      return takesAll(batch, request);
    });
    expect(await enqueue([line(1, 'a')], sender)).toEqual({ lines: 1, sent: 1, refused: 0, unsent: 0 });
    expect(waitsMs).toEqual([300, 600, 1_200]);
  });

  it('says which single change the queue did not take, and goes on', async () => {
    const sender = new ScriptedSender(async (batch) =>
      batch.map((each) =>
        memberOf(each) === 'u-1' ? { sent: false, code: 'InvalidMessageContents' } : { sent: true },
      ),
    );
    expect(await enqueue(oneEach(25), sender)).toEqual({ lines: 25, sent: 24, refused: 0, unsent: 1 });
    expect(notSent).toEqual(['2: the queue did not take it (InvalidMessageContents)']);
  });

  it('ends when the queue cannot be reached, and says from which line on', async () => {
    const lost = new Error('connect ECONNREFUSED');
    const sender = new ScriptedSender(async (batch, request) => {
      if (request > 2) throw lost;
      return takesAll(batch, request);
    });
    let read = 0;
    function* endless() {
      for (;;) yield line(read, `u-${read++}`);
    }
    const { sent, lines, unsent, stopped } = await enqueue(endless(), sender);
    expect(stopped).toEqual({ why: 'unreachable', error: lost, fromLine: sent + 1 });
    expect(unsent).toBe(lines - sent);
    expect(read).toBeLessThan(1_000);
    expect(sender.batches.length).toBeLessThan(60);
  });

  it('ends when it is interrupted: what is under way is finished, nothing else is sent', async () => {
    const controller = new AbortController();
    const sender = new ScriptedSender(async (batch, request) => {
      await new Promise(setImmediate);
      if (request === 5) controller.abort();
      return takesAll(batch, request);
    });
    const { sent, lines, unsent, stopped } = await enqueue(oneEach(1_000), sender, { controller });
    expect(stopped).toMatchObject({ why: 'interrupted' });
    expect(sent).toBe(sender.batches.flat().length);
    expect(sent).toBeLessThan(200);
    expect(unsent).toBe(lines - sent);
    const firstUnsent = stopped?.fromLine ?? 0;
    const sentLines = new Set(sender.batches.flat().map(({ change }) => Number(change.id.slice(2)) + 1));
    expect(sentLines.has(firstUnsent)).toBe(false);
    expect([...Array(firstUnsent - 1).keys()].every((index) => sentLines.has(index + 1))).toBe(true);
  });

  it('does not repeat a request for ever once it is interrupted', async () => {
    const controller = new AbortController();
    const sender = new ScriptedSender(async () => {
      controller.abort();
      throw new Error('no answer');
    });
    const summary = await enqueue([line(1, 'a'), line(2, 'b')], sender, { controller });
    expect(summary).toMatchObject({ sent: 0, stopped: { why: 'interrupted', fromLine: 1 } });
    expect(sender.batches).toHaveLength(1);
  });
});
