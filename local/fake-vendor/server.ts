/**
 * A fake of the vendor: join, leave and list, and the webhooks of integrations, under `/v2/apps/…` and `/sc/v2/apps/…`
 * on 127.0.0.1, with the documented answers, and with every trouble that a client must live through. What happens is
 * told to the webhooks.
 *
 * A request goes through: the `onRequest` hook, its app's outage, its app's rate limit, the fault plan, and then
 * the operation itself. The first of these that has something to say decides.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, noSuchPath, tooLarge } from './answers.ts';
import { answerControl, controlPrefix } from './control.ts';
import { Deliveries } from './deliveries.ts';
import type { VendorEvent } from './events.ts';
import type { FakeVendor, FakeVendorOptions } from './fake-vendor.ts';
import { type Fault, type FaultPlan, FaultSchedule, type Outage, outageFault, throttled } from './faults.ts';
import { type Call, carryOut, type OnRejoin } from './operations.ts';
import { webhookSettingsSchema } from './options.ts';
import { readBody } from './request-body.ts';
import { routeOf } from './routes.ts';
import { type LogEntry, Statistics, type VendorStats } from './statistics.ts';
import { World } from './world.ts';

/** Starts the fake vendor. */
export async function startFakeVendor(options: FakeVendorOptions = {}): Promise<FakeVendor> {
  const vendor = new Vendor(options);
  await vendor.listen(options.port ?? 0);
  return vendor;
}

class Vendor implements FakeVendor {
  readonly world: World;
  readonly #server: Server;
  readonly #statistics: Statistics;
  readonly #deliveries: Deliveries;
  readonly #outages = new Map<string, Outage>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #onRequest: FakeVendorOptions['onRequest'];
  readonly #onMembershipEvent: FakeVendorOptions['onMembershipEvent'];
  readonly #onRejoin: OnRejoin;
  #latencyMs: number;
  readonly #control: boolean;
  #schedule: FaultSchedule | undefined;
  #url = '';

  constructor(options: FakeVendorOptions) {
    this.world = new World((event) => this.#tell(event));
    const settings = webhookSettingsSchema.parse(options.webhooks ?? {});
    this.#deliveries = new Deliveries(settings, (appId) => this.world.find(appId));
    this.#onMembershipEvent = options.onMembershipEvent;
    for (const app of options.apps ?? []) this.world.addApp(app);
    this.#statistics = new Statistics(options.logSize ?? 0);
    this.#onRequest = options.onRequest;
    this.#onRejoin = options.onRejoin ?? 'created';
    this.#latencyMs = options.latencyMs ?? 0;
    this.#control = options.control ?? false;
    this.setFaults(options.faults);
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  get url(): string {
    return this.#url;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    const { port: bound } = this.#server.address() as AddressInfo;
    this.#url = `http://127.0.0.1:${bound}`;
  }

  stats(): VendorStats {
    return { ...this.#statistics.snapshot(), webhooks: this.#deliveries.stats() };
  }

  log(): readonly LogEntry[] {
    return this.#statistics.log();
  }

  setFaults(plan: FaultPlan | undefined): void {
    this.#schedule = plan && new FaultSchedule(plan);
  }

  setLatency(latencyMs: number): void {
    this.#latencyMs = latencyMs;
  }

  setOutage(appId: string, outage: Outage | undefined): void {
    if (outage === undefined) this.#outages.delete(appId);
    else this.#outages.set(appId, outage);
  }

  setWebhookTrouble(trouble: 'lost' | 'cutOff' | undefined): void {
    this.#deliveries.isLosing = trouble === 'lost';
    this.#deliveries.isCutOff = trouble === 'cutOff';
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#deliveries.close();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #tell(event: VendorEvent): void {
    if (event.type === 'conversation:join' || event.type === 'conversation:leave')
      this.#onMembershipEvent?.(event);
    this.#deliveries.tell(event);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    if (this.#control && url.startsWith(controlPrefix)) {
      write(response, await answerControl(this, request));
      return;
    }
    this.#statistics.began();
    response.once('close', () => this.#statistics.ended());
    const body = await readBody(request);
    if (body.kind === 'aborted') return;
    const route = routeOf(method, url);
    const text = body.kind === 'read' ? body.text : '';
    const entry: LogEntry = { operation: route?.operation ?? 'other', method, url, body: text };
    this.#statistics.arrived(entry);
    if (route === undefined || body.kind === 'tooLarge') {
      this.#send(response, route === undefined ? noSuchPath() : tooLarge(), entry);
      return;
    }
    const { authorization, host } = request.headers;
    const call: Call = {
      ...route,
      authorization,
      body: parseJson(request, text),
      origin: `http://${host}`,
      isCallerGone: () => response.destroyed,
    };
    const fault = await this.#faultFor(call, entry);
    if (!this.#server.listening) return; // closed while the hook thought about it
    this.#answer(response, call, fault, entry);
  }

  async #faultFor(call: Call, entry: LogEntry): Promise<Fault | undefined> {
    const count = (cause: 'hook' | 'plan' | 'rateLimit' | 'outage', fault: Fault | undefined) => {
      if (fault !== undefined) this.#statistics.faulted(cause, fault, entry);
      return fault;
    };
    const hooked = this.#onRequest && (await this.#onRequest(call));
    if (hooked !== undefined) return count('hook', hooked);
    const outage = this.#outages.get(call.appId);
    if (outage !== undefined) return count('outage', outageFault(outage));
    const rateLimit = this.world.find(call.appId)?.rateLimit;
    if (rateLimit?.take(performance.now()) === false) return count('rateLimit', { kind: 'throttle' });
    return count('plan', this.#schedule?.next(call.operation));
  }

  #answer(response: ServerResponse, call: Call, fault: Fault | undefined, entry: LogEntry): void {
    switch (fault?.kind) {
      case undefined:
        this.#send(response, this.#carryOut(call), entry);
        break;
      case 'throttle':
        this.#send(response, throttled(fault.retryAfter), entry);
        break;
      case 'fail':
        this.#send(response, fault.answer, entry);
        break;
      case 'stall':
        this.#stall(response, call, fault, entry);
        break;
      case 'drop':
        this.#statistics.unanswered(this.#carryOut(call));
        this.#after(this.#latencyMs, () => response.destroy());
        break;
      case 'reset':
        response.socket?.resetAndDestroy();
        break;
      default:
        fault satisfies never;
    }
  }

  #stall(
    response: ServerResponse,
    call: Call,
    { forMs, applies }: Fault & { kind: 'stall' },
    entry: LogEntry,
  ): void {
    const early = applies === 'first' ? this.#carryOut(call) : undefined;
    this.#after(forMs, () => {
      const answer = applies === 'last' ? this.#carryOut(call) : early;
      if (answer === undefined) response.destroy();
      else this.#sendNow(response, answer, entry);
    });
  }

  #carryOut(call: Call): Answer {
    const answer = carryOut(this.world, call, this.#onRejoin);
    this.#statistics.applied(answer);
    return answer;
  }

  #send(response: ServerResponse, answer: Answer, entry: LogEntry): void {
    if (this.#latencyMs === 0) this.#sendNow(response, answer, entry);
    else this.#after(this.#latencyMs, () => this.#sendNow(response, answer, entry));
  }

  #sendNow(response: ServerResponse, answer: Answer, entry: LogEntry): void {
    if (response.destroyed) {
      this.#statistics.unanswered(answer);
      return;
    }
    this.#statistics.sent(answer, entry);
    write(response, answer);
  }

  #after(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** The vendor reads a body only where it is declared to be JSON. */
function parseJson(request: IncomingMessage, text: string): unknown {
  if (!request.headers['content-type']?.startsWith('application/json')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the operation answers 400 to a body that is not there
  }
}
