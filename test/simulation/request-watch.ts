import { RECONCILERS } from './deployment.ts';
import type { FunctionProcess } from './function-process.ts';
import { isRestless } from './scenario-facts.ts';
import type { Violations } from './violations.ts';
import type { World } from './world.ts';

const WINDOWS_MS = [1_000, 10_000, 60_000];
/** What a pacer makes up for after it could not send. */
const CATCH_UP_MS = 50;
/** A message may need a call and a listing, each with the old secret and with the new one. */
const REFUSED_MOST = 4;

/** Watches how many requests go out: inside the budget, one per change, and none but listings once all is quiet. */
export class RequestWatch {
  readonly #world: World;
  readonly #violations: Violations;
  readonly #departedAtMs = new Map<string, number[]>();
  readonly #startedAtMs: number[] = [];
  readonly #refused = new WeakMap<FunctionProcess['work'], number>();

  constructor(world: World, violations: Violations) {
    this.#world = world;
    this.#violations = violations;
  }

  departs(appId: string): void {
    const times = this.#departedAtMs.get(appId) ?? [];
    this.#departedAtMs.set(appId, times);
    times.push(this.#world.scheduler.nowMs);
  }

  /** The vendor refuses a credential: its secret is read anew once, and then the app is left alone. */
  unauthorized({ work, name }: FunctionProcess): void {
    const refused = (this.#refused.get(work) ?? 0) + 1;
    this.#refused.set(work, refused);
    if (refused === REFUSED_MOST * work.messages.length + 1)
      this.#violations.add('a refused credential is not tried on and on', name);
  }

  processStarted(): void {
    this.#startedAtMs.push(this.#world.scheduler.nowMs);
  }

  /** In no window more requests than the budget allows, with what each process may make up for, or begins with. */
  judgeBudget(): void {
    for (const [appId, times] of this.#departedAtMs) {
      const { requestsPerSecond } = this.#world.app(appId);
      for (const windowMs of WINDOWS_MS)
        this.#judgeWindows(appId, times, windowMs, requestsPerSecond / 1_000);
    }
  }

  #judgeWindows(appId: string, times: readonly number[], windowMs: number, perMs: number): void {
    let from = 0;
    for (const [index, toMs] of times.entries()) {
      while ((times[from] ?? toMs) <= toMs - windowMs) from += 1;
      const requests = index - from + 1;
      const processes = this.#world.scenario.consumers + RECONCILERS;
      const most = perMs * (windowMs + CATCH_UP_MS) + processes;
      if (requests <= most || requests <= most + this.#startedBetween(toMs - windowMs, toMs)) continue;
      this.#violations.add(
        'the budget',
        `${requests} requests of ${appId} in ${windowMs} ms, at most ${most}`,
      );
      return;
    }
  }

  /** A new process knows nothing of what the one before it has sent. */
  #startedBetween(fromMs: number, toMs: number): number {
    return this.#startedAtMs.filter((atMs) => atMs > fromMs && atMs <= toMs).length;
  }

  /** While nothing happens, only listings go out. */
  judgeQuiet(sinceMs: number): void {
    for (const { atMs, operation, memberId, appId, conversationId } of this.#world.vendor.requests) {
      if (atMs < sinceMs || operation === 'list' || memberId === undefined) continue;
      const app = this.#world.app(appId);
      const member = { appId, conversationId, memberId, idKind: app.idKind };
      if (isRestless(app, memberId) || this.#world.oracle.removals.isDamped(member)) continue;
      this.#violations.add('quiet once converged', `${operation} ${memberId}`);
    }
  }

  /** Without faults a request that changes nothing is one too many, but for the first of a member within an interval. */
  judgeEconomy(): void {
    const knownAtMs = new Map<string, number>();
    const { reconcileIntervalMs } = this.#world.scenario.timings;
    for (const request of this.#world.vendor.requests) {
      const { atMs, appId, conversationId, memberId, operation, changedSomething } = request;
      const isQuestion = operation === 'list' || memberId === undefined;
      if (isQuestion || isRestless(this.#world.app(appId), memberId)) continue;
      const text = JSON.stringify([appId, conversationId, memberId]);
      const isKnown = atMs - (knownAtMs.get(text) ?? 0) < reconcileIntervalMs;
      const exists = this.#world.vendor.conversations.exists({ appId, conversationId });
      if (isKnown && !changedSomething && exists)
        this.#violations.add('one request per change', `${operation} ${memberId}`);
      knownAtMs.set(text, atMs);
    }
  }
}
