import type { AppRow } from '../core/app.ts';
import type { CallResult, Operation } from '../core/call-result.ts';
import type { Credential } from '../core/credential.ts';
import { backoffMs } from '../core/decision.ts';
import type { Timings } from '../core/timings.ts';
import { AppBreakers } from './app-breakers.ts';
import { Credentials } from './credentials.ts';
import { Lane } from './lane.ts';
import type { Clock, Secrets, Telemetry, VendorAnswer } from './ports.ts';

/** How long an invocation may still go on. */
export interface Deadline {
  remainingMs(): number;
}

export interface VendorCallsPorts {
  readonly secrets: Secrets;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

export interface VendorCallsSettings {
  readonly timings: Timings;
  /** This process's part of an app's request budget. */
  readonly budgetShare: number;
  readonly extraHosts: readonly string[];
}

/** One request to be made for an app; the credential and the time it may take are chosen here. */
export interface VendorRequest<Answer extends VendorAnswer> {
  readonly app: AppRow;
  readonly operation: Operation;
  readonly changeId?: string;
  readonly deadline: Deadline;
  send(to: Credential, timeoutMs: number): Promise<Answer>;
}

export type VendorCallOutcome<Answer extends VendorAnswer> =
  | {
      readonly kind: 'answered';
      readonly answer: Answer | VendorAnswer;
      /** An attempt got no answer: what it asked for may still happen. */
      readonly mayApplyLate: boolean;
    }
  /** The app's breaker is open, or its credential does not work. */
  | { readonly kind: 'app_out'; readonly reason: string; readonly mayApplyLate: boolean }
  /** The invocation's own time is over: nothing was asked, and nothing learnt. */
  | { readonly kind: 'out_of_time'; readonly reason: string; readonly mayApplyLate: boolean };

/** No answer: there was no time left to ask. */
type Attempted<Answer extends VendorAnswer> =
  | { readonly credential: Credential; readonly answer: Answer | VendorAnswer | undefined }
  | { readonly out: string };

/** Kept back at the end of an invocation, for the writes that record what a call did. */
export const RECORDING_MS = 500;
const ATTEMPTS_INSIDE = 3;
/** Inside an invocation the first repeat comes quickly: most failures are one broken connection. */
const INSIDE_BASE_MS = 100;

/**
 * Every request to the vendor goes through here: with the app's credential, inside its budget, held back while the app
 * is out, and repeated briefly where that may help. What lasts longer is the queue's to repeat.
 */
export class VendorCalls {
  readonly #ports: VendorCallsPorts;
  readonly #settings: VendorCallsSettings;
  readonly #credentials: Credentials;
  readonly #breakers: AppBreakers;
  readonly #lanes = new Map<string, Lane>();

  constructor(ports: VendorCallsPorts, settings: VendorCallsSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#breakers = new AppBreakers(ports.clock, ports.telemetry, settings.timings);
    this.#credentials = new Credentials(
      ports.secrets,
      settings.timings.cacheMs,
      settings.extraHosts,
      ports.clock,
    );
  }

  /** Whether the app has lately answered: what fails then, fails alone. */
  appAnswers(appId: string): boolean {
    return this.#breakers.appAnswers(appId);
  }

  /** Has the app's secret read while other things are done. Where that fails, the first call reads it again. */
  prepare(app: AppRow): void {
    this.#credentials.get(app, false).catch(() => {});
  }

  async make<Answer extends VendorAnswer>(
    request: VendorRequest<Answer>,
  ): Promise<VendorCallOutcome<Answer>> {
    const { clock } = this.#ports;
    const insideMs = Math.min(
      this.#settings.timings.retryInsideMs,
      request.deadline.remainingMs() - RECORDING_MS,
    );
    const untilMs = clock.nowMs() + insideMs;
    let mayApplyLate = false;
    let secretReadAgain = false;
    for (let attempt = 1; ; attempt += 1) {
      const attempted = await this.#breakers.pass(request.app.appId, untilMs, (isTry) =>
        this.#authorized(request, isTry, untilMs),
      );
      if (!attempted || 'out' in attempted)
        return { kind: 'app_out', reason: attempted?.out ?? 'app_out', mayApplyLate };
      const { credential, answer } = attempted;
      if (answer === undefined) return { kind: 'out_of_time', reason: 'out_of_time', mayApplyLate };
      const { result } = answer;
      mayApplyLate ||= 'mayHaveBeenApplied' in result && result.mayHaveBeenApplied === true;
      if (result.kind === 'unauthorized') {
        const mayHelp = result.status === 401 && !secretReadAgain;
        secretReadAgain = true;
        if (mayHelp && (await this.#hasChanged(request.app, credential))) continue;
        return { kind: 'app_out', reason: this.#credentialRefused(request.app), mayApplyLate };
      }
      const waitMs = this.#waitBeforeNext(result, attempt);
      if (waitMs === undefined || clock.nowMs() + waitMs >= untilMs)
        return { kind: 'answered', answer, mayApplyLate };
      await clock.sleep(waitMs);
    }
  }

  async #authorized<Answer extends VendorAnswer>(
    request: VendorRequest<Answer>,
    isTry: boolean,
    untilMs: number,
  ): Promise<Attempted<Answer>> {
    const credential = await this.#credential(request.app, isTry);
    if ('out' in credential) return credential;
    return { credential, answer: await this.#attempt(request, credential, untilMs) };
  }

  async #attempt<Answer extends VendorAnswer>(
    request: VendorRequest<Answer>,
    credential: Credential,
    untilMs: number,
  ): Promise<Answer | VendorAnswer | undefined> {
    const { clock } = this.#ports;
    const retryAfterMs = await this.#lane(request.app).turn(clock, untilMs);
    if (retryAfterMs > 0) return { result: { kind: 'throttled', retryAfterMs } };
    const leftMs = request.deadline.remainingMs() - RECORDING_MS;
    // A process that was frozen until now has lost this delivery to another: it must not act on it any more.
    if (leftMs <= 0) return undefined;
    const startedMs = clock.nowMs();
    const answer = await request.send(credential, Math.min(this.#settings.timings.requestTimeoutMs, leftMs));
    this.#learn(request, answer, clock.nowMs() - startedMs);
    return answer;
  }

  #learn(
    request: VendorRequest<VendorAnswer>,
    { result, vendorRequestId }: VendorAnswer,
    durationMs: number,
  ): void {
    const { clock, telemetry } = this.#ports;
    const { operation, changeId } = request;
    const { appId } = request.app;
    telemetry.emit({
      name: 'vendor_call',
      operation,
      appId,
      result: result.kind,
      durationMs,
      changeId,
      vendorRequestId,
    });
    const { pacer } = this.#lane(request.app);
    if (result.kind === 'throttled') pacer.throttled(clock.nowMs());
    else if (result.kind === 'unreachable') this.#breakers.signal(appId, 'failure');
    else if (result.kind !== 'unauthorized') {
      pacer.succeeded(clock.nowMs());
      this.#breakers.signal(appId, 'success');
    }
  }

  /** How long to wait before the same request again; undefined: this answer stands. */
  #waitBeforeNext(result: CallResult, attempt: number): number | undefined {
    // The pacer spaces what follows a 429, and knows better than any wait chosen here.
    if (result.kind === 'throttled') return result.retryAfterMs ?? 0;
    if (result.kind !== 'unreachable' || attempt >= ATTEMPTS_INSIDE) return undefined;
    const retryBaseMs = Math.min(INSIDE_BASE_MS, this.#settings.timings.retryBaseMs);
    return backoffMs(
      { receiveCount: attempt, jitter: this.#ports.clock.random() },
      { ...this.#settings.timings, retryBaseMs },
    );
  }

  /** The app's credential, or why no call can be made. The one try of an open breaker reads the secret anew. */
  async #credential(app: AppRow, isTry: boolean): Promise<Credential | { readonly out: string }> {
    const { telemetry } = this.#ports;
    const read = await this.#credentials.get(app, isTry).catch((error: unknown) => {
      telemetry.emit({ name: 'fault', where: 'secret', error });
      return undefined;
    });
    // An outage like the vendor's own: the wish waits in the roster, not on a queue that gives up at last.
    if (!read) return { out: 'secret_unreadable' };
    if (!('problem' in read)) return read;
    telemetry.emit({ name: 'credential_problem', appId: app.appId, problem: read.problem });
    this.#breakers.signal(app.appId, 'refused');
    return { out: 'credential_unusable' };
  }

  async #hasChanged(app: AppRow, refused: Credential): Promise<boolean> {
    try {
      return await this.#credentials.hasChangedFrom(app, refused);
    } catch (error) {
      this.#ports.telemetry.emit({ name: 'fault', where: 'credentials', error });
      return false;
    }
  }

  #credentialRefused({ appId }: AppRow): string {
    this.#ports.telemetry.emit({ name: 'credential_problem', appId, problem: 'the vendor refuses it' });
    this.#breakers.signal(appId, 'refused');
    return 'credential_refused';
  }

  #lane({ appId, requestsPerSecond }: AppRow): Lane {
    const perSecond = requestsPerSecond * this.#settings.budgetShare;
    const known = this.#lanes.get(appId);
    if (known?.perSecond === perSecond) return known;
    const lane = new Lane(perSecond);
    this.#lanes.set(appId, lane);
    return lane;
  }
}
