import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { invocationTelemetry } from '../../functions/adapters/invocation-telemetry.ts';
import { CloudWatchTelemetry, startTelemetry } from '../../functions/adapters/telemetry.ts';
import type { Difference } from '../../functions/core/drift.ts';
import type { RollcallEvent } from '../../functions/core/events.ts';
import { COMMON_FIELDS, EVENT_FIELDS, LOG_LINES } from '../../functions/core/log-fields.ts';
import { METRICS } from '../../functions/core/metrics.ts';
import { clientConfig } from '../../local/embedded/endpoints.ts';
import { memberKey } from '../support/builders.ts';
import { answer, type Script, scriptedServer } from '../support/scripted-server.ts';

type Line = Record<string, unknown>;

let printed: string[];
beforeEach(() => {
  vi.stubEnv('SERVICE_NAME', 'apply-changes');
  vi.stubEnv('DEPLOYMENT_NAME', 'rollcall-test');
  printed = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  }
  return () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  };
});

function lines(): Line[] {
  const texts = printed.join('').split('\n').slice(0, -1);
  return texts.map((text) => JSON.parse(text) as Line);
}

function logOf(event: RollcallEvent, key: string | Uint8Array = 'the key'): Line {
  const before = lines().length;
  const telemetry = new CloudWatchTelemetry(key);
  telemetry.emit(event);
  telemetry.flush();
  const [line = {}, ...more] = lines()
    .slice(before)
    .filter((each) => !('_aws' in each));
  expect(more).toEqual([]);
  return line;
}

const member = memberKey({ memberId: 'ann@example.com' });
const applied = {
  name: 'change',
  outcome: 'applied',
  messageId: 'm-1',
  changeId: 'c-1',
  member,
  ageMs: 1_500,
} as const;
const difference: Difference = {
  member,
  action: 'join',
  cause: 'deferred',
  correction: 'deferred',
  timesCorrected: 0,
};
const pass = {
  name: 'pass',
  conversation: { appId: 'shop', conversationId: 'orders' },
  passId: 'p-1',
  startedAtMs: 0,
  finishedAtMs: 1,
  listing: 'complete',
  participants: 3,
  missing: 1,
  unexpected: 0,
  corrected: 1,
  held: 0,
} as const;

/** One of each kind, with every field that it may have. */
const EXAMPLES: { readonly [Name in RollcallEvent['name']]: Extract<RollcallEvent, { name: Name }> } = {
  change: { ...applied, reason: 'x', traceId: '1-2-3' },
  vendor_call: {
    name: 'vendor_call',
    operation: 'join',
    appId: 'shop',
    result: 'applied',
    durationMs: 1,
    changeId: 'c-1',
    vendorRequestId: 'r-1',
  },
  correction: {
    name: 'correction',
    outcome: 'failed',
    member,
    cause: 'missing',
    passId: 'p-1',
    reason: 'x',
  },
  credential_problem: { name: 'credential_problem', appId: 'shop', problem: 'x' },
  breaker_opened: { name: 'breaker_opened', appId: 'shop' },
  crash_suspect: { name: 'crash_suspect', messageId: 'm-1', startsAlone: 2 },
  reconciles_planned: { name: 'reconciles_planned', conversations: 3 },
  plans_held: { name: 'plans_held', plans: 1 },
  pass: { ...pass, differences: [difference], oldestDeferralMs: 1 },
  run_stopped: { name: 'run_stopped', window: 1 },
  vendor_event: {
    name: 'vendor_event',
    kind: 'hint',
    appId: 'shop',
    eventId: 'e-1',
    outcome: 'ignored',
    reason: 'agrees',
  },
  foreign_group: { name: 'foreign_group', appId: 'shop' },
  webhook: {
    name: 'webhook',
    appId: 'shop',
    isOtherVersion: false,
    queued: 1,
    events: {
      join: 1,
      leave: 0,
      conversation_removed: 0,
      user_removed: 0,
      users_merged: 0,
      other: 2,
      malformed: 0,
    },
  },
  changes_received: {
    name: 'changes_received',
    producers: ['crm'],
    queued: 1,
    invalid: 2,
    forbidden: 3,
    unavailable: 4,
  },
  request_refused: { name: 'request_refused', door: 'webhook', reason: 'wrong_key', appId: 'shop' },
  producers_problem: { name: 'producers_problem', problem: 'x' },
  fault: {
    name: 'fault',
    where: 'here',
    error: Object.assign(new Error('x'), { code: 'E', $metadata: { httpStatusCode: 400, requestId: 'r' } }),
  },
};

describe('the log', () => {
  it('has one line for an event, with its ids but not the person', () => {
    const line = logOf(applied);
    expect(line).toMatchObject({
      level: 'INFO',
      message: 'change',
      service: 'apply-changes',
      outcome: 'applied',
      messageId: 'm-1',
      changeId: 'c-1',
      appId: 'shop',
      conversationId: 'orders',
      ageMs: 1_500,
      member: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(JSON.stringify(line)).not.toContain('ann');
  });

  it.each(Object.values(EXAMPLES).map((event) => [event.name, event] as const))(
    'has only fields that are documented (%s)',
    (_, event) => {
      const documented = new Set([...Object.keys(COMMON_FIELDS), ...Object.keys(EVENT_FIELDS)]);
      expect(Object.keys(logOf(event)).filter((field) => !documented.has(field))).toEqual([]);
      expect(LOG_LINES).toHaveProperty(event.name);
    },
  );

  it('gives a member the same hash under the same key, and another under another', () => {
    const hash = (key: string | Uint8Array, who = member) =>
      logOf({ ...applied, member: who }, key)['member'];
    expect(hash('the key')).toBe(hash(Buffer.from('the key')));
    expect(hash('the key')).not.toBe(hash('another key'));
    expect(hash('the key')).not.toBe(hash('the key', memberKey({ memberId: 'bob' })));
    expect(hash('the key')).not.toBe(hash('the key', { ...member, conversationId: 'other' }));
  });

  it('hashes everybody whom a pass found, and shows no more than fit into a line', () => {
    const line = logOf({ ...pass, differences: Array.from({ length: 1_000 }, () => difference) });
    expect(JSON.stringify(line)).not.toContain('ann');
    expect(JSON.stringify(line).length).toBeLessThan(64 * 1024);
    expect(line).toMatchObject({ appId: 'shop', conversationId: 'orders', passId: 'p-1', missing: 1 });
    expect(line['differences']).toHaveLength(200);
    expect(line).toHaveProperty('differences.0.cause', 'deferred');
  });

  it.each<[string, RollcallEvent]>([
    ['ERROR', { name: 'fault', where: 'here', error: new Error('x') }],
    ['WARN', { ...applied, outcome: 'parked', reason: 'invalid' }],
    ['WARN', { name: 'credential_problem', appId: 'shop', problem: 'the secret is not JSON' }],
    ['INFO', { name: 'reconciles_planned', conversations: 3 }],
  ])('speaks at level %s of what deserves it', (level, event) => {
    expect(logOf(event)).toMatchObject({ level, message: event.name });
  });

  it('tells which invocation it was, and whether it was the first', () => {
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3f;Parent=53995c3f42cd8ad8;Sampled=1');
    const telemetry = new CloudWatchTelemetry('the key');
    for (const awsRequestId of ['r-1', 'r-2']) {
      telemetry.begin({ awsRequestId });
      telemetry.emit({ name: 'breaker_opened', appId: 'shop' });
      telemetry.flush();
    }
    expect(lines().filter(({ message }) => message === 'breaker_opened')).toMatchObject([
      { cold_start: true, function_request_id: 'r-1', xray_trace_id: '1-5759e988-bd862e3f' },
      { cold_start: false, function_request_id: 'r-2', xray_trace_id: '1-5759e988-bd862e3f' },
    ]);
  });

  it('is written as things happen: the lines of a few milliseconds in one piece', async () => {
    const telemetry = new CloudWatchTelemetry('the key');
    for (let batch = 1; batch <= 2; batch += 1) {
      telemetry.emit(applied);
      telemetry.emit(applied);
      expect(printed).toHaveLength(batch - 1);
      await vi.waitFor(() => expect(printed).toHaveLength(batch));
    }
    expect(lines().map(({ message }) => message)).toEqual(['change', 'change', 'change', 'change']);
  });

  it('leaves out what is less severe than asked for', () => {
    vi.stubEnv('LOG_LEVEL', 'WARN');
    const telemetry = new CloudWatchTelemetry('the key');
    telemetry.emit(applied);
    telemetry.emit({ ...applied, outcome: 'parked' });
    telemetry.flush();
    expect(lines()).toMatchObject([{ level: 'WARN' }, { ChangesApplied: 1, ChangesParked: 1 }]);
  });
});

describe('the log of a fault', () => {
  const faultLine = (error: unknown) => logOf({ name: 'fault', where: 'apply-changes', error });

  it('says what it was and where it came from', () => {
    const line = faultLine(new Error('the row that refused this wish is gone'));
    expect(line).toMatchObject({
      where: 'apply-changes',
      error: 'Error',
      problem: 'the row that refused this wish is gone',
    });
    expect(line).toHaveProperty('at.0', expect.stringContaining('telemetry.test.ts'));
  });

  it('says what AWS says besides', () => {
    const $metadata = { httpStatusCode: 400, requestId: 'r-1' };
    const error = Object.assign(new Error('not allowed'), { name: 'AccessDeniedException', $metadata });
    expect(faultLine(error)).toMatchObject({
      error: 'AccessDeniedException',
      status: 400,
      requestId: 'r-1',
      problem: 'not allowed',
    });
  });

  it('says the code of a network error', () => {
    expect(faultLine(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it.each<[string, () => unknown]>([
    ['a parser', () => JSON.parse('{"userId":ann@example.com}')],
    ['the runtime', () => (undefined as unknown as Record<string, string>)['ann@example.com']],
    ['an argument check', () => Buffer.alloc('ann@example.com' as unknown as number)],
    [
      'a service',
      () => {
        throw Object.assign(new Error('ann@example.com'), { name: 'ValidationException' });
      },
    ],
    [
      'somebody who throws a text',
      () => {
        throw 'ann@example.com';
      },
    ],
  ])('does not repeat what %s failed on', (_, failing) => {
    let thrown: unknown;
    try {
      failing();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeDefined();
    expect(JSON.stringify(faultLine(thrown))).not.toContain('ann@');
  });
});

describe('the metrics', () => {
  it('of an invocation are one line, whatever happened in it', () => {
    const telemetry = new CloudWatchTelemetry('the key');
    telemetry.emit(applied);
    telemetry.emit({ ...applied, ageMs: 500 });
    telemetry.emit({ ...applied, outcome: 'parked', reason: 'invalid' });
    telemetry.emit({ name: 'reconciles_planned', conversations: 7 });
    telemetry.flush();
    const [metrics = {}, ...more] = lines().filter((line) => '_aws' in line);
    expect(more).toEqual([]);
    expect(lines()).toHaveLength(5);
    expect(metrics).toMatchObject({
      deployment: 'rollcall-test',
      ChangesApplied: 2,
      ChangesParked: 1,
      'Parked.invalid': 1,
      ReconcilesPlanned: 7,
      ChangeAgeMs: [1_500, 500, 1_500],
    });
    expect(metrics).toHaveProperty('_aws.CloudWatchMetrics.0.Namespace', 'Rollcall');
    expect(metrics).toHaveProperty('_aws.CloudWatchMetrics.0.Dimensions', [['deployment']]);
    const units = metricsIn(metrics).map(({ Name, Unit }) => [Name, Unit]);
    expect(units).toEqual(units.map(([name = '']) => [name, METRICS[name as keyof typeof METRICS].unit]));
  });

  it('begin anew with each invocation', () => {
    const telemetry = new CloudWatchTelemetry('the key');
    telemetry.emit(applied);
    telemetry.flush();
    telemetry.emit(applied);
    telemetry.flush();
    const metrics = lines().filter((line) => '_aws' in line);
    expect(metrics).toMatchObject([{ ChangesApplied: 1 }, { ChangesApplied: 1 }]);
  });

  it('need more lines where there are more durations than CloudWatch reads out of one', () => {
    const telemetry = new CloudWatchTelemetry('the key');
    for (let ageMs = 0; ageMs < 250; ageMs += 1) telemetry.emit({ ...applied, ageMs });
    telemetry.flush();
    const metrics = lines().filter((line) => '_aws' in line);
    expect(metrics.map((line) => line['ChangesApplied'])).toEqual([250, undefined, undefined]);
    const ages = metrics.map((line) => line['ChangeAgeMs'] as number[]);
    expect(ages.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(ages.flat()).toEqual(Array.from({ length: 250 }, (_, ageMs) => ageMs));
  });

  it('of an invocation in which nothing happened are none', () => {
    new CloudWatchTelemetry('the key').flush();
    expect(lines()).toEqual([]);
  });
});

describe('an invocation that fails', () => {
  it('tells what of, and fails all the same', async () => {
    const telemetry = new CloudWatchTelemetry('the key');
    const handler = middy<unknown, void>()
      .use(invocationTelemetry(telemetry))
      .handler(async () => {
        throw new Error('the table is out');
      });
    const context = { awsRequestId: 'request-1' } as Context;
    await expect(handler({}, context)).rejects.toThrow('the table is out');
    expect(lines()).toMatchObject([
      {
        message: 'fault',
        where: 'invocation',
        problem: 'the table is out',
        function_request_id: 'request-1',
      },
      { Faults: 1 },
    ]);
  });
});

describe('telemetry that is started', () => {
  async function started(script: Script): Promise<CloudWatchTelemetry> {
    const { host } = await scriptedServer(script);
    const client = new SecretsManagerClient(clientConfig(host, 'eu-west-1'));
    onTestFinished(() => client.destroy());
    return startTelemetry(client, 'log-key');
  }

  it("hashes with the deployment's key", async () => {
    const telemetry = await started((response) => answer(response, 200, { SecretString: 'the key' }));
    telemetry.emit(applied);
    expect(printed).toEqual([]);
    await telemetry.flush();
    const { member: hash } = logOf(applied, 'the key');
    expect(lines().slice(0, 1)).toMatchObject([{ message: 'change', member: hash }]);
  });

  it('goes on without it, and says so', async () => {
    const refusal = { __type: 'AccessDeniedException', Message: 'no' };
    const telemetry = await started((response) => answer(response, 400, refusal));
    telemetry.emit(applied);
    await telemetry.flush();
    expect(lines().slice(0, 2)).toMatchObject([
      { message: 'fault', where: 'log-key', error: 'AccessDeniedException' },
      { message: 'change', member: expect.stringMatching(/^[0-9a-f]{16}$/) },
    ]);
  });
});

function metricsIn(line: Line): { Name: string; Unit: string }[] {
  const { CloudWatchMetrics } = line['_aws'] as {
    CloudWatchMetrics: { Metrics: { Name: string; Unit: string }[] }[];
  };
  return CloudWatchMetrics.flatMap(({ Metrics }) => Metrics);
}
