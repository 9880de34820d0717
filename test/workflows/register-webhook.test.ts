import { describe, expect, it } from 'vitest';
import {
  WEBHOOK_TRIGGERS,
  type Webhook,
  type WebhookKeys,
} from '../../functions/core/webhook-registration.ts';
import {
  type RegistrationPorts,
  registerWebhook,
  type VendorWebhooks,
} from '../../functions/workflows/register-webhook.ts';

const target = 'https://hooks.example.com/sunshine/shop';

class Crash extends Error {}

/** A vendor, a secret, and a process that dies before or after its `crashAt`-th request. */
class MemoryWebhooks implements RegistrationPorts {
  readonly present = new Map<string, Webhook>();
  stored: WebhookKeys = {};
  slept: number[] = [];
  crashAt = Number.POSITIVE_INFINITY;
  crashesAfter = false;
  requests = 0;
  #made = 0;

  readonly webhooks: VendorWebhooks = {
    list: () => this.#request(() => [...this.present.values()]),
    get: (id) => this.#request(() => this.#of(id)),
    create: (fields) =>
      this.#request(() => {
        this.#made += 1;
        return this.#put({ ...fields, id: `w${this.#made}`, secret: `secret of w${this.#made}` });
      }),
    update: (id, fields) => this.#request(() => this.#put({ ...this.#of(id), ...fields })),
    delete: (id) =>
      this.#request(() => {
        this.present.delete(id);
        return undefined;
      }),
  };

  readonly keys = {
    read: async () => this.stored,
    store: async (_: string, key: string) => {
      await this.#request(() => {
        const { current: previous } = this.stored;
        this.stored = { current: key, ...(previous !== undefined && { previous }) };
      });
    },
  };

  readonly clock = { sleep: async (ms: number) => void this.slept.push(ms) };

  register(isRotating = false) {
    return registerWebhook({ appId: 'shop', target, isRotating, drainMs: 900_000 }, this);
  }

  /** Webhooks that send what counts, and are refused for their secret. */
  refused(): string[] {
    const taken = [this.stored.current, this.stored.previous];
    const telling = [...this.present.values()].filter(({ triggers }) =>
      triggers.includes('conversation:join'),
    );
    return telling.filter(({ secret }) => !taken.includes(secret)).map(({ id }) => id);
  }

  /** Whether somebody sends what counts, and is taken. */
  isTold(): boolean {
    const taken = [this.stored.current, this.stored.previous];
    return [...this.present.values()].some(
      ({ triggers, secret }) => triggers.includes('conversation:join') && taken.includes(secret),
    );
  }

  #of(id: string): Webhook {
    const webhook = this.present.get(id);
    if (!webhook) throw new Error(`there is no webhook ${id}`);
    return webhook;
  }

  #put(webhook: Webhook): Webhook {
    this.present.set(webhook.id, webhook);
    return webhook;
  }

  async #request<Value>(act: () => Value): Promise<{ readonly kind: 'done'; readonly value: Value }> {
    this.requests += 1;
    const isLast = this.requests === this.crashAt;
    if (isLast) this.crashAt = Number.POSITIVE_INFINITY;
    if (isLast && !this.crashesAfter) throw new Crash();
    const value = act();
    if (isLast) throw new Crash();
    return { kind: 'done', value };
  }
}

async function registered(): Promise<MemoryWebhooks> {
  const world = new MemoryWebhooks();
  await world.register();
  return world;
}

describe('the registration of a webhook', () => {
  it('creates, stores, subscribes, and has nothing to do afterwards', async () => {
    const world = new MemoryWebhooks();
    expect(await world.register()).toMatchObject({
      kind: 'registered',
      webhook: { id: 'w1', target, triggers: WEBHOOK_TRIGGERS },
      steps: ['create', 'store', 'update'],
    });
    expect(world.stored).toEqual({ current: 'secret of w1' });
    expect(await world.register()).toMatchObject({ webhook: { id: 'w1' }, steps: [] });
    expect(world.present.size).toBe(1);
  });

  it('rotates by another webhook, and deletes the old one when all it sent has come', async () => {
    const world = await registered();
    expect(await world.register(true)).toMatchObject({
      webhook: { id: 'w2' },
      steps: ['create', 'store', 'update', 'delete'],
    });
    expect(world.stored).toEqual({ current: 'secret of w2', previous: 'secret of w1' });
    expect([...world.present.keys()]).toEqual(['w2']);
    expect(world.slept).toEqual([900_000]);
  });

  it('tells of a refusal, and stops there', async () => {
    const world = new MemoryWebhooks();
    const refusal = {
      kind: 'failed',
      operation: 'create',
      status: 400,
      code: 'bad_request',
      mayHaveBeenApplied: false,
    } as const;
    world.webhooks.create = async () => refusal;
    expect(await world.register()).toEqual(refusal);
    expect(world.stored).toEqual({});
  });

  it('does not mind if somebody else has deleted the old webhook', async () => {
    const world = await registered();
    world.webhooks.delete = async () => ({
      kind: 'failed',
      operation: 'delete',
      status: 404,
      code: 'not_found',
      mayHaveBeenApplied: false,
    });
    expect(await world.register(true)).toMatchObject({ kind: 'registered', webhook: { id: 'w2' } });
  });

  it('asks for secrets that a listing does not show', async () => {
    const world = await registered();
    const shown = await world.webhooks.list();
    world.webhooks.list = async () => ({
      kind: 'done',
      value: shown.kind === 'done' ? shown.value.map(({ secret: _, ...rest }) => rest) : [],
    });
    expect(await world.register()).toMatchObject({ steps: [] });
  });
});

const crashes = [1, 2, 3, 4, 5].flatMap((at) => [
  [at, 'before'],
  [at, 'after'],
]) as [number, 'before' | 'after'][];

describe('a registration that dies', () => {
  const ended = (error: unknown) => expect(error).toBeInstanceOf(Crash);

  it.each(crashes)('at its request %d, %s it is carried out, lets no event be refused', async (at, when) => {
    const world = new MemoryWebhooks();
    world.crashAt = at;
    world.crashesAfter = when === 'after';
    await world.register().catch(ended);
    world.crashAt = Number.POSITIVE_INFINITY;
    expect(world.refused()).toEqual([]);
    expect(await world.register()).toMatchObject({ kind: 'registered' });
    expect(world.present.size).toBe(1);
    expect(world.refused()).toEqual([]);
    expect(world.isTold()).toBe(true);
  });

  it.each(crashes)('while it rotates, at request %d, %s, lets none be refused either', async (at, when) => {
    for (const isRotatingAgain of [false, true]) {
      const world = await registered();
      world.crashAt = world.requests + at;
      world.crashesAfter = when === 'after';
      await world.register(true).catch(ended);
      world.crashAt = Number.POSITIVE_INFINITY;
      expect(world.refused()).toEqual([]);
      expect(world.isTold()).toBe(true);
      const steps: string[][] = [];
      const check = { ...world, onStep: () => void steps.push(world.refused()) };
      const options = { appId: 'shop', target, isRotating: isRotatingAgain, drainMs: 900_000 };
      expect(await registerWebhook(options, check)).toMatchObject({ kind: 'registered' });
      expect(steps.flat()).toEqual([]);
      expect(world.present.size).toBe(1);
      expect(world.isTold()).toBe(true);
    }
  });
});
