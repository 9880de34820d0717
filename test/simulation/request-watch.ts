import type { CallResult } from '../../functions/core/call-result.ts';
import type { Action } from '../../functions/core/change.ts';
import type { RollcallEvent } from '../../functions/core/events.ts';
import { conversationText, type MemberKey, memberText } from '../../functions/core/member-key.ts';
import { RECONCILERS } from './deployment.ts';
import type { FunctionProcess } from './function-process.ts';
import type { AppSpec } from './scenario.ts';
import { isRestless } from './scenario-facts.ts';
import type { Violations } from './violations.ts';
import type { World } from './world.ts';

type VendorCall = Extract<RollcallEvent, { name: 'vendor_call' }>;

const WINDOWS_MS = [1_000, 10_000, 60_000];
/** What a pacer makes up for after it could not send. */
const CATCH_UP_MS = 50;
/** A message may need a call and a listing, each with the old secret and with the new one. */
const REFUSED_MOST = 4;
/** So many failures in a row, and nothing of this app answers its process. */
const OUT_AFTER_FAILURES = 20;
/** In one and a half intervals: twice, and what a repeated message or a straggler adds. */
const LISTED_MOST = 6;

/** What a process knows of an app that answers nothing. */
interface AppHealth {
  failures: number;
  outSinceMs: number;
  /** When it may try next. */
  nextTryMs: number;
}

/** Watches how many requests go out: inside the budget, one per change, and none but listings once all is quiet. */
export class RequestWatch {
  readonly #world: World;
  readonly #violations: Violations;
  readonly #departedAtMs = new Map<string, number[]>();
  readonly #startedAtMs: number[] = [];
  readonly #refused = new WeakMap<FunctionProcess['work'], number>();
  readonly #health = new WeakMap<FunctionProcess, Map<string, AppHealth>>();
  readonly #waits = new WeakMap<FunctionProcess['work'], Map<string, number>>();

  constructor(world: World, violations: Violations) {
    this.#world = world;
    this.#violations = violations;
  }

  departs(process: FunctionProcess, appId: string): void {
    this.#judgeOutage(process, appId);
    const times = this.#departedAtMs.get(appId) ?? [];
    this.#departedAtMs.set(appId, times);
    times.push(this.#world.scheduler.nowMs);
  }

  /** A process has heard what its request came to. */
  answered(process: FunctionProcess, { appId, result }: VendorCall): void {
    if (result === 'unauthorized') this.#unauthorized(process);
    const health = this.#healthOf(process, appId);
    const { nowMs } = this.#world.scheduler;
    if (result !== 'unreachable' && result !== 'unauthorized') {
      if (result !== 'throttled') health.failures = 0;
      return;
    }
    health.failures += 1;
    if (health.failures === OUT_AFTER_FAILURES) health.outSinceMs = nowMs;
    health.nextTryMs = nowMs + this.#world.scenario.timings.breakerOpenMs;
  }

  /** An app that answers nothing is left alone but for one try now and then; what was on its way by then may go out. */
  #judgeOutage(process: FunctionProcess, appId: string): void {
    const health = this.#healthOf(process, appId);
    const { nowMs } = this.#world.scheduler;
    const { breakerOpenMs, retryInsideMs } = this.#world.scenario.timings;
    if (health.failures < OUT_AFTER_FAILURES || nowMs < health.outSinceMs + retryInsideMs) return;
    if (nowMs < health.nextTryMs)
      this.#violations.add('an app that is out is left alone', `${process.name} and ${appId}`);
    health.nextTryMs = nowMs + breakerOpenMs;
  }

  #healthOf(process: FunctionProcess, appId: string): AppHealth {
    const apps = this.#health.get(process) ?? new Map<string, AppHealth>();
    this.#health.set(process, apps);
    const health = apps.get(appId) ?? { failures: 0, outSinceMs: 0, nextTryMs: 0 };
    apps.set(appId, health);
    return health;
  }

  /** A join or a leave goes out: not before the vendor wants to hear it again. What is given back is to hear the answer. */
  asks(process: FunctionProcess, member: MemberKey, action: Action): (result: CallResult) => void {
    const { work } = process;
    if (this.#world.scheduler.nowMs < this.waitsUntilMs(process, member, action))
      this.#violations.add('Retry-After is waited for', `${process.name}: ${action} ${member.memberId}`);
    return (result) => {
      if (result.kind !== 'throttled' || result.retryAfterMs === undefined) return;
      const waits = this.#waits.get(work) ?? new Map<string, number>();
      const untilMs = this.#world.scheduler.nowMs + result.retryAfterMs;
      this.#waits.set(work, waits.set(`${action} ${memberText(member)}`, untilMs));
    };
  }

  /** Until when an invocation was told to leave a member alone. */
  waitsUntilMs({ work }: FunctionProcess, member: MemberKey, action: Action): number {
    return this.#waits.get(work)?.get(`${action} ${memberText(member)}`) ?? 0;
  }

  /** The vendor refuses a credential: its secret is read anew once, and then the app is left alone. */
  #unauthorized({ work, name }: FunctionProcess): void {
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
    this.#judgeListings(sinceMs);
  }

  /** A conversation is compared once an interval, unless something in it keeps failing. */
  #judgeListings(sinceMs: number): void {
    const listings = this.#world.vendor.requests.filter(
      ({ atMs, appId, isFirstPage }) => isFirstPage && atMs >= sinceMs && isCalm(this.#world.app(appId)),
    );
    for (const [text, each] of Map.groupBy(listings, conversationText)) {
      const isWaiting = [...this.#world.table.members.values()].some(
        ({ key, state }) => conversationText(key) === text && state !== 'applied' && state !== 'unmanaged',
      );
      if (!isWaiting && each.length > LISTED_MOST)
        this.#violations.add('quiet once converged', `${text} was listed ${each.length} times`);
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

/** None of its members fails for a cause of its own. */
function isCalm(app: AppSpec): boolean {
  const { failingMembers, poisonousMembers, rejectedMembers, unknownUsers } = app;
  const odd = [failingMembers, poisonousMembers, rejectedMembers, Object.keys(unknownUsers)].flat();
  return odd.length === 0 && app.conversations.every(({ capacity }) => capacity === undefined);
}
