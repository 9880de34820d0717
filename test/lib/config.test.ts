import { describe, expect, it } from 'vitest';
import { timingsSchema } from '../../functions/core/timings.ts';
import { ConfigurationError, readConfig } from '../../lib/config.ts';

/** The problems of a configuration, one a line. */
function problemsOf(context: Record<string, unknown>): string[] {
  try {
    readConfig(context);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n  ').slice(1);
    throw error;
  }
  return [];
}

describe('the configuration of a deployment', () => {
  it('needs nothing at all', () => {
    expect(readConfig({})).toMatchObject({
      name: 'rollcall',
      secretPrefix: 'rollcall/apps',
      consumerConcurrency: 5,
      deletionProtection: true,
      extraHosts: [],
      timings: timingsSchema.parse({}),
    });
  });

  it('reads the same from the command line, where everything is text, as from cdk.json', () => {
    const fromFile = readConfig({
      'rollcall:consumerConcurrency': 12,
      'rollcall:reconcilerShare': 0.5,
      'rollcall:deletionProtection': false,
      'rollcall:extraHosts': ['http://127.0.0.1:8080', 'https://proxy.example/sc'],
      'rollcall:logRetentionDays': 7,
      'rollcall:retryBaseMs': 50,
    });
    const fromCommandLine = readConfig({
      'rollcall:consumerConcurrency': '12',
      'rollcall:reconcilerShare': '0.5',
      'rollcall:deletionProtection': 'false',
      'rollcall:extraHosts': 'http://127.0.0.1:8080, https://proxy.example/sc/',
      'rollcall:logRetentionDays': '7',
      'rollcall:retryBaseMs': '50',
    });
    expect(fromCommandLine).toEqual(fromFile);
    expect(fromFile.timings.retryBaseMs).toBe(50);
  });

  it('puts the secrets of each stage under its own name', () => {
    expect(readConfig({ 'rollcall:name': 'staging' }).secretPrefix).toBe('staging/apps');
  });

  it('leaves keys that are not its own alone', () => {
    expect(problemsOf({ 'aws:cdk:bundling-stacks': [], 'cli-telemetry': false, rollcalled: 1 })).toEqual([]);
  });

  it('reports every problem at once', () => {
    const problems = problemsOf({
      'rollcall:name': 'no spaces',
      'rollcall:consumerConcurrency': '1',
      'rollcall:scheduleMinutes': 'often',
      'rollcall:deletionProtection': 'no',
      'rollcall:consumerTimeout': 3,
      'rollcall:retryBaseMs': 70_000,
    });
    expect(problems.map((problem) => problem.split(':').slice(0, 2).join(':')).sort()).toEqual([
      'rollcall:consumerConcurrency',
      'rollcall:consumerTimeout',
      'rollcall:deletionProtection',
      'rollcall:name',
      'rollcall:retryBaseMs',
      'rollcall:scheduleMinutes',
    ]);
  });

  it.each([
    ['rollcall:consumerTimeout', 'did you mean rollcall:consumerTimeoutSeconds?'],
    ['rollcall:Consumerconcurency', 'did you mean rollcall:consumerConcurrency?'],
    ['rollcall:reconcileIntervalms', 'did you mean rollcall:reconcileIntervalMs?'],
  ])('guesses what %s was to be', (key, guess) => {
    expect(problemsOf({ [key]: 1 })).toEqual([`${key}: is not a setting; ${guess}`]);
  });

  it('guesses nothing where nothing is near', () => {
    expect(problemsOf({ 'rollcall:x': 1 })).toEqual(['rollcall:x: is not a setting']);
  });

  it.each([
    'http://proxy.example',
    'https://user:password@proxy.example',
    'https://proxy.example/?to=elsewhere',
    'proxy.example',
    'ftp://proxy.example',
  ])('lets no credential go to %s', (host) => {
    expect(problemsOf({ 'rollcall:extraHosts': host })).toEqual([
      expect.stringContaining('must be an https:// URL'),
    ]);
  });

  it.each([
    [{ requestTimeoutMs: 30_000 }, 'requestTimeoutMs'],
    [{ reconcileTimeoutSeconds: 10 }, 'requestTimeoutMs'],
    [{ retryMaxMs: 999 }, 'retryBaseMs'],
    [{ retryMaxMs: 43_200_001, stuckAfterMs: 90_000_000 }, 'retryMaxMs'],
    [{ consumerTimeoutSeconds: 300 }, 'stuckAfterMs'],
    [{ deferAfterMs: 200, parkAfterMs: 100 }, 'deferAfterMs'],
    [{ deferAfterMs: 86_400_000, changeRetentionDays: 1, alarmAgeMinutes: 1441 }, 'deferAfterMs'],
    [{ alarmAgeMinutes: 5 }, 'alarmAgeMinutes'],
  ])('refuses what cannot be together: %o', (settings, named) => {
    const context = Object.entries(settings).map(([name, value]) => [`rollcall:${name}`, value]);
    expect(problemsOf(Object.fromEntries(context))).toEqual([
      expect.stringContaining(`rollcall:${named}: must`),
    ]);
  });
});
