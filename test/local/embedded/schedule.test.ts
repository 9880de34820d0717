import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Schedule, scheduleSchema } from '../../../local/embedded/schedule.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-02T03:04:05.678Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const resource = {
  logicalId: 'Schedule',
  type: 'AWS::Scheduler::Schedule',
  name: 'tick',
  arn: 'arn:tick',
  ref: 'tick',
};

function schedule(more: { input?: string; enabled?: boolean } = {}) {
  const invoke = vi.fn().mockResolvedValue({ kind: 'returned', value: null });
  const settings = { resource, everyMs: 60_000, input: undefined, enabled: true, ...more };
  return { invoke, schedule: new Schedule(settings, { invoke }) };
}

test('it fires after each interval, until it is stopped', () => {
  const { invoke, schedule: every } = schedule();
  every.start();
  expect(invoke).not.toHaveBeenCalled();
  vi.advanceTimersByTime(120_000);
  expect(invoke).toHaveBeenCalledTimes(2);
  every.stop();
  vi.advanceTimersByTime(120_000);
  expect(invoke).toHaveBeenCalledTimes(2);
});

test('one that the template disables fires by hand only', async () => {
  const { invoke, schedule: disabled } = schedule({ enabled: false });
  disabled.start();
  vi.advanceTimersByTime(600_000);
  expect(invoke).not.toHaveBeenCalled();
  expect(await disabled.fire()).toEqual({ kind: 'returned', value: null });
});

test('its input is the event, with what is known only then filled in', async () => {
  const { invoke, schedule: withInput } = schedule({ input: '{"at":"<aws.scheduler.scheduled-time>"}' });
  await withInput.fire();
  expect(invoke).toHaveBeenCalledWith({ at: '2026-01-02T03:04:05.678Z' });
});

test.each([
  ['rate(1 minute)', 60_000],
  ['rate(5 minutes)', 300_000],
  ['rate(2 hours)', 7_200_000],
  ['rate(1 day)', 86_400_000],
])('%s is an interval of %i ms', (ScheduleExpression, expected) => {
  const read = scheduleSchema.parse({ ScheduleExpression, Target: { Arn: 'a' } });
  expect(read.ScheduleExpression).toBe(expected);
});

test('an expression that is no rate is refused', () => {
  const read = scheduleSchema.safeParse({ ScheduleExpression: 'cron(0 * * * ? *)', Target: { Arn: 'a' } });
  expect(read.error?.issues[0]?.message).toBe('cron(0 * * * ? *) is not supported; rate(…) is');
});
