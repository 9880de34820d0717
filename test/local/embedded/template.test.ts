import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { readStack } from '../../../local/embedded/cloud-assembly.ts';
import { Template } from '../../../local/embedded/template.ts';
import { tinyResources, writeAssembly } from './tiny-stack.ts';

const place = {
  region: 'eu-west-1',
  endpoints: {
    sqs: 'http://127.0.0.1:1',
    dynamodb: 'http://127.0.0.1:2',
    secretsManager: 'http://127.0.0.1:3',
    eventBridge: 'http://127.0.0.1:4',
  },
};

function assembly(resources = tinyResources): string {
  const dir = writeAssembly(resources);
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

/** Works out a value that stands in a template. */
function workOut(value: unknown): unknown {
  const resources = { ...tinyResources, Subject: { Type: 'Test', Properties: { Value: value } } };
  const template = new Template(readStack(assembly(resources)), place);
  return template.properties('Subject', z.object({ Value: z.unknown() })).Value;
}

test('resources have the names that the template gives them, or generated ones', () => {
  const template = new Template(readStack(assembly()), place);
  expect(template.get('Changes')).toMatchObject({
    name: 'tiny-changes.fifo',
    arn: 'arn:aws:sqs:eu-west-1:000000000000:tiny-changes.fifo',
    ref: 'http://127.0.0.1:1/000000000000/tiny-changes.fifo',
  });
  expect(template.get('Parked').name).toBe('Tiny-Parked.fifo');
  expect(template.get('Ticker').name).toBe('Tiny-ticker');
  expect(template.get('Key').ref).toMatch(
    /^arn:aws:secretsmanager:eu-west-1:000000000000:secret:Tiny-Key-[0-9a-f]{6}$/,
  );
  expect(template.output('QueueUrl')).toBe('http://127.0.0.1:1/000000000000/tiny-changes.fifo');
});

test.each<[string, unknown, unknown]>([
  ['Ref', { Ref: 'Table' }, 'Tiny-Table'],
  ['Ref to a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
  ['Ref to a parameter', { Ref: 'BootstrapVersion' }, '/cdk-bootstrap/version'],
  ['Ref to nothing', { a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] }, { b: [1] }],
  [
    'Fn::GetAtt',
    { 'Fn::GetAtt': ['Table', 'Arn'] },
    'arn:aws:dynamodb:eu-west-1:000000000000:table/Tiny-Table',
  ],
  ['Fn::GetAtt as a text', { 'Fn::GetAtt': 'Changes.QueueName' }, 'tiny-changes.fifo'],
  ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Table' }]] }, 'a-Tiny-Table'],
  ['Fn::Select of Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'Table' }] }] }, 'Table'],
  [
    'Fn::Sub',
    { 'Fn::Sub': `\${AWS::AccountId}/\${Changes.QueueName}/\${!literal}` },
    `000000000000/tiny-changes.fifo/\${literal}`,
  ],
  ['Fn::Sub with variables', { 'Fn::Sub': [`\${x}`, { x: { Ref: 'Table' } }] }, 'Tiny-Table'],
  ['a plain value', { a: [1, true, null] }, { a: [1, true, null] }],
])('%s is worked out', (_, value, expected) => {
  expect(workOut(value)).toEqual(expected);
});

test.each<[unknown, string]>([
  [{ 'Fn::ImportValue': 'x' }, 'Tiny, Subject: Fn::ImportValue is not supported'],
  [{ Ref: 'Subject' }, 'Tiny, Subject: Ref to Subject (Test) is not supported'],
  [{ Ref: 'Nobody' }, 'Tiny, Subject: Ref to Nobody is not supported'],
  [
    { 'Fn::GetAtt': ['Table', 'StreamArn'] },
    'Fn::GetAtt StreamArn of Table (AWS::DynamoDB::GlobalTable) is not',
  ],
])('%j is refused, naming resource and function', (value, message) => {
  expect(() => workOut(value)).toThrow(message);
});

test('a property of the wrong kind is refused, naming the resource', () => {
  const template = new Template(readStack(assembly()), place);
  expect(() => template.properties('Consumer', z.object({ Timeout: z.string() }))).toThrow(
    /Tiny, Consumer:.*Timeout/s,
  );
});

test('the stack of a stage is found by its name, with the assets beside it', () => {
  const inner = assembly();
  const outer = assembly();
  mkdirSync(path.join(outer, 'assembly-local'));
  for (const file of ['manifest.json', 'Tiny.template.json', 'Tiny.assets.json']) {
    renameSync(path.join(inner, file), path.join(outer, 'assembly-local', file));
  }
  const nested = { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-local' } };
  const manifest = { version: '48.0.0', artifacts: { local: nested } };
  writeFileSync(path.join(outer, 'manifest.json'), JSON.stringify(manifest));
  const stack = readStack(outer, 'Tiny');
  expect(stack.assets.get('c0ffee.zip')).toBe(path.join(outer, 'assembly-local', 'asset.c0ffee'));
  expect(() => readStack(outer, 'Other')).toThrow('name the stack to run; there are: Tiny');
});
