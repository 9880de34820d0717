import { rmSync } from 'node:fs';
import { DescribeTableCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startEmbedded } from '../../../local/embedded/embedded.ts';
import { TinyRun } from './tiny-run.ts';
import { writeAssembly } from './tiny-stack.ts';

const run = new TinyRun();
beforeAll(() => run.start());
afterEach(() => run.recorder.forget());
afterAll(() => run.stop());

test('the stack’s table has its index, and is found by its logical id', async () => {
  const client = new DynamoDBClient(run.embedded.clientConfigs.dynamodb);
  const TableName = run.embedded.resources.get('Table')?.ref;
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  client.destroy();
  expect(Table?.TableStatus).toBe('ACTIVE');
  expect(Table?.GlobalSecondaryIndexes?.[0]).toMatchObject({ IndexName: 'worklist', IndexStatus: 'ACTIVE' });
});

test('a thousand messages pass, each once', async () => {
  for (let batch = 0; batch < 100; batch++) await run.send(`group-${batch % 30}`, ...Array(10).fill('x'));
  await run.untilDeleted(1_000);
  expect(run.batches.flat()).toHaveLength(1_000);
  expect(run.recorder.of('trouble')).toEqual([]);
});

test('what a function reports as failed comes again when the function says', async () => {
  await run.send('g', 'one', 'fail', 'three');
  await run.untilDeleted(3);
  expect(run.batches).toEqual([['one', 'fail', 'three'], ['fail']]);
});

test('a batch whose process is frozen past its visibility is delivered to another, and both end well', async () => {
  await run.send('g', 'takeLong');
  const begun = await run.recorder.until(() =>
    run.recorder.of('logLine').find(({ line }) => line.includes('begun')),
  );
  const frozen = run.consumer.processes.find(({ pid }) => pid === begun.pid);
  frozen?.freeze();
  await run.untilDeleted(1);
  expect(run.batches).toEqual([['takeLong'], ['takeLong']]);
  expect(frozen?.requestId).toBeDefined();
  frozen?.thaw();
  await run.recorder.until(() => run.settled.length === 2);
  expect(run.recorder.of('invocationEnded').map(({ outcome }) => outcome.kind)).toEqual([
    'returned',
    'returned',
  ]);
});

test('a schedule that fires reaches its function, which sees its own surroundings and nothing of the host', async () => {
  expect(await run.embedded.schedules.get('Schedule')?.fire()).toEqual({ kind: 'returned', value: null });
  const client = new DynamoDBClient(run.embedded.clientConfigs.dynamodb);
  const Key = { pk: { S: 'tick' }, sk: { S: 'last' } };
  const { Item = {} } = await client.send(new GetItemCommand({ TableName: 'Tiny-Table', Key }));
  client.destroy();
  const { environment, ...seen } = JSON.parse(Item['surroundings']?.S ?? '{}');
  expect(seen).toEqual({
    event: expect.objectContaining({
      source: 'aws.scheduler',
      resources: [run.embedded.resources.get('Schedule')?.arn],
    }),
    context: {
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      functionName: 'Tiny-ticker',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Tiny-ticker',
      memoryLimitInMB: '256',
    },
    nodeOptions: ['--max-semi-space-size=12', '--max-old-space-size=231'],
    secretLength: 48,
  });
  expect(environment).toMatchObject({
    GIVEN: 'by the template',
    EXTRA: 'given',
    TABLE: 'Tiny-Table',
    AWS_LAMBDA_FUNCTION_NAME: 'Tiny-ticker',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_ACCESS_KEY_ID: 'Ticker',
    AWS_REGION: 'us-east-1',
    _X_AMZN_TRACE_ID: expect.stringMatching(
      /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
    ),
  });
  const own = /^(AWS_|LAMBDA_|_|TZ$|LANG$|TABLE$|SECRET$|GIVEN$|EXTRA$)/;
  expect(Object.keys(environment).filter((name) => !own.test(name))).toEqual([]);
});

test('a stack that cannot be run is refused, naming the part', async () => {
  const assemblyDir = writeAssembly();
  await expect(startEmbedded({ assemblyDir })).rejects.toThrow('Consumer: its bundle c0ffee.zip is not in');
  rmSync(assemblyDir, { recursive: true });
});

test('it stops within two seconds, whatever is under way, and leaves no process and no server', async () => {
  await run.send('g', 'takeLong');
  await run.recorder.until(() => run.batches.length > 0);
  const pids = run.consumer.processes.map(({ pid }) => pid);
  for (const process of run.consumer.processes) process.freeze();
  const startedAtMs = Date.now();
  await Promise.all([run.embedded.stop(), run.embedded.stop()]);
  expect(Date.now() - startedAtMs).toBeLessThan(2_000);
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  for (const endpoint of Object.values(run.embedded.endpoints))
    await expect(fetch(endpoint)).rejects.toThrow();
});
