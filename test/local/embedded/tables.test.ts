import { once } from 'node:events';
import { connect } from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { clientConfig } from '../../../local/embedded/endpoints.ts';
import { startTableServer } from '../../../local/embedded/tables.ts';
import { Recorder } from './recorder.ts';

test('the table emulator outlives a client that dies in the middle of a request', async () => {
  const recorder = new Recorder();
  const server = await startTableServer('us-east-1', recorder.report);
  onTestFinished(() => server.stop());
  const client = new DynamoDBClient(clientConfig(server.endpoint, 'us-east-1'));
  onTestFinished(() => client.destroy());
  const socket = connect(Number(new URL(server.endpoint).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"half":');
  await client.send(new ListTablesCommand({}));
  socket.resetAndDestroy();
  await once(socket, 'close');
  for (let times = 0; times < 5; times++) {
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
  }
  expect(recorder.events).toEqual([]);
});

test('the table emulator reports that it died', async () => {
  const recorder = new Recorder();
  const server = await startTableServer('us-east-1', recorder.report);
  await expect(
    startTableServer('us-east-1', recorder.report, Number(new URL(server.endpoint).port)),
  ).rejects.toThrow('the table emulator did not start');
  await server.stop();
});
