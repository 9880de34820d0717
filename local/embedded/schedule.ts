import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Invocable, InvocationOutcome } from './events.ts';
import type { LocalResource } from './local-resource.ts';

const UNITS_MS = new Map([
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
]);

/** A schedule's properties; only rates are known here, not `cron(…)` nor `at(…)`. */
export const scheduleSchema = z.object({
  ScheduleExpression: z.string().transform((expression, context) => {
    const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
    const unitMs = UNITS_MS.get(unit);
    if (unitMs !== undefined) return Number(count) * unitMs;
    context.addIssue(`${expression} is not supported; rate(…) is`);
    return z.NEVER;
  }),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target: z.object({ Arn: z.string(), Input: z.string().optional() }),
});

export interface ScheduleSettings {
  readonly resource: LocalResource;
  readonly everyMs: number;
  /** JSON; `<aws.scheduler.…>` in it stands for what is known only when it fires. */
  readonly input: string | undefined;
  /** Whether it is enabled from the start. */
  readonly enabled: boolean;
}

/** Invokes a function at a fixed rate, the first time after one interval. It may overlap with itself, as on AWS. */
export class Schedule {
  readonly #settings: ScheduleSettings;
  readonly #function: Invocable;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: ScheduleSettings, target: Invocable) {
    this.#settings = settings;
    this.#function = target;
  }

  /** What the template says about it: enables it, or leaves it switched off. */
  start(): void {
    if (!this.#settings.enabled) return;
    this.#timer ??= setInterval(() => void this.fire(), this.#settings.everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Invokes the function now. */
  async fire(): Promise<InvocationOutcome> {
    return this.#function.invoke(this.#event(new Date()));
  }

  #event(now: Date): unknown {
    const { resource, input } = this.#settings;
    const time = now.toISOString();
    if (input === undefined) {
      const about = { source: 'aws.scheduler', 'detail-type': 'Scheduled Event', detail: '{}' };
      return { version: '0', id: randomUUID(), ...about, time, resources: [resource.arn] };
    }
    return JSON.parse(
      input
        .replaceAll('<aws.scheduler.scheduled-time>', time)
        .replaceAll('<aws.scheduler.schedule-arn>', resource.arn)
        .replaceAll('<aws.scheduler.execution-id>', randomUUID())
        .replaceAll('<aws.scheduler.attempt-number>', '1'),
    );
  }
}
