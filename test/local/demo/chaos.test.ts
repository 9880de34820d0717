import { describe, expect, test } from 'vitest';
import { Chaos } from '../../../local/demo/chaos.ts';
import type { FunctionProcess } from '../../../local/embedded/function-process.ts';
import type { Call } from '../../../local/fake-vendor/operations.ts';

/** A process, and whether the vendor would see that it is gone. */
function aProcess(requestId = 'r') {
  const seen = { killed: false, frozen: false };
  const process = {
    requestId: requestId as string | undefined,
    get frozen() {
      return seen.frozen;
    },
    kill: () => {
      seen.killed = true;
    },
    freeze: () => {
      seen.frozen = true;
    },
    thaw: () => {
      seen.frozen = false;
      process.requestId = undefined;
    },
  };
  return { process: process as unknown as FunctionProcess, seen };
}

type ParticipantsCall = Exclude<Call, { operation: 'webhooks' }>;

let members = 0;
function call(isCallerGone: () => boolean, fields: Partial<ParticipantsCall> = {}): Call {
  members += 1;
  const about = { appId: 'shop', conversationId: 'c1', body: { userId: `u${members}` } };
  return {
    operation: 'join',
    path: '',
    search: '',
    authorization: '',
    origin: '',
    ...about,
    isCallerGone,
    ...fields,
  };
}

/** Waits of up to a second are over at once; the end of longer ones is up to the test. */
const thaws: (() => void)[] = [];
function sleep(ms: number): Promise<void> {
  return ms > 1_000 ? new Promise((resolve) => thaws.push(resolve)) : Promise.resolve();
}

function chaosOver(processes: readonly FunctionProcess[], strikes: number, calls = strikes) {
  const chaos = new Chaos({ strikes, calls, random: () => 0, sleep });
  chaos.begin({ processes });
  return chaos;
}

describe('a kill', () => {
  test('takes all that are at work, as any of them may have made the call, and counts once the vendor sees it', async () => {
    const [busy, idle] = [aProcess(), { ...aProcess() }];
    Object.assign(idle.process, { requestId: undefined });
    const chaos = chaosOver([busy.process, idle.process], 1);
    await chaos.onRequest(call(() => busy.seen.killed));
    expect([busy.seen.killed, idle.seen.killed]).toEqual([true, false]);
    expect(chaos).toMatchObject({ kills: 1, freezes: 0, isOver: true });
  });

  test('that the vendor does not see is made up for', async () => {
    const chaos = chaosOver([aProcess().process], 1);
    await chaos.onRequest(call(() => false));
    expect(chaos.kills).toBe(0);
    await chaos.onRequest(call(() => true));
    expect(chaos.kills).toBe(1);
  });

  test('comes at the calls that the random numbers choose, and at no listing', async () => {
    const chaos = chaosOver([aProcess().process], 1, 20);
    const struckAt: number[] = [];
    for (let number = 1; number <= 10; number += 1) {
      await chaos.onRequest(call(() => true, { operation: 'list' }));
      const before = chaos.kills;
      await chaos.onRequest(call(() => true));
      if (chaos.kills > before) struckAt.push(number);
    }
    expect(struckAt).toEqual([5]);
  });

  test('spares a member that has been struck twice: what crashes too often is parked', async () => {
    const chaos = chaosOver([aProcess().process], 3, 3);
    for (let count = 0; count < 5; count += 1)
      await chaos.onRequest(call(() => true, { body: { userId: 'poor' } }));
    expect(chaos.kills).toBe(2);
  });

  test('does not come before the beginning nor after the end', async () => {
    const { process, seen } = aProcess();
    const chaos = new Chaos({ strikes: 1, calls: 1, random: () => 0 });
    await chaos.onRequest(call(() => true));
    chaos.begin({ processes: [process] });
    chaos.end();
    await chaos.onRequest(call(() => true));
    expect(seen.killed).toBe(false);
  });
});

describe('every fourth strike', () => {
  async function thrice(chaos: Chaos): Promise<void> {
    for (let count = 0; count < 3; count += 1) await chaos.onRequest(call(() => true));
  }

  test('freezes one for longer than its messages stay hidden, and lets it end what it was at', async () => {
    const { process, seen } = aProcess();
    const chaos = chaosOver([process], 4);
    await thrice(chaos);
    await chaos.onRequest(call(() => false));
    expect(chaos).toMatchObject({ kills: 3, freezes: 1 });
    expect(seen.frozen).toBe(true);
    for (const thaw of thaws.splice(0)) thaw();
    await chaos.thawed();
    expect(seen.frozen).toBe(false);
  });

  test('does not count where the caller loses patience: it was another that was frozen', async () => {
    const { process, seen } = aProcess();
    const chaos = chaosOver([process], 4);
    await thrice(chaos);
    await chaos.onRequest(call(() => true));
    expect(chaos.freezes).toBe(0);
    expect(seen.frozen).toBe(false);
  });
});
