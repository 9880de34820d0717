import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../lib/config.ts';
import { RollcallStack } from '../../lib/rollcall-stack.ts';
import { addRulePacks } from '../../lib/rule-packs.ts';
import { projectContext } from '../../lib/synthesise.ts';

/* What `npm run synth` does: the only tests that bundle the functions and check the rules, which takes seconds. */

const LARGEST_BUNDLE_KIB = 450;
const outdir = mkdtempSync(join(tmpdir(), 'rollcall-assembly-'));
afterAll(() => rmSync(outdir, { recursive: true }));

function checkedApp(context: Readonly<Record<string, unknown>>): { app: App; stack: RollcallStack } {
  const app = new App({ outdir, analyticsReporting: false, context: { ...projectContext(), ...context } });
  const stack = new RollcallStack(app, readConfig(app.node.getAllContext()));
  addRulePacks(app);
  return { app, stack };
}

describe('the rules', () => {
  it.each([
    ['AwsSolutions-SQS4', {}],
    ['Serverless-SQSRedrivePolicy', { enforceSSL: true }],
  ])('of %s stop a deployment that breaks them', { timeout: 60_000 }, (rule, properties) => {
    const { app, stack } = checkedApp({ 'aws:cdk:bundling-stacks': [] });
    new Queue(stack, 'Careless', properties);
    expect(() => app.synth()).toThrow(rule);
  });

  it("of CloudFormation's own stop a deployment that breaks them", { timeout: 60_000 }, () => {
    const { app, stack } = checkedApp({ 'aws:cdk:bundling-stacks': [] });
    const broken = { VisibilityTimeout: 'soon' };
    new CfnResource(stack, 'Broken', { type: 'AWS::SQS::Queue', properties: broken });
    expect(() => app.synth()).toThrow('VisibilityTimeout');
  });
});

describe('the deployment', () => {
  beforeAll(() => {
    checkedApp({ 'rollcall:widgetActions': true }).app.synth();
  }, 60_000);

  it('loads node:http without all that it can export', () => {
    for (const asset of readdirSync(outdir).filter((name) => name.startsWith('asset.'))) {
      expect(readFileSync(join(outdir, asset, 'index.mjs'), 'utf8')).not.toMatch(/from ?"(node:)?http"/);
    }
  });

  const assets = () => readdirSync(outdir).filter((name) => name.startsWith('asset.'));

  it(`breaks no rule, and no function's code is larger than ${LARGEST_BUNDLE_KIB} KiB`, () => {
    const sizes = assets().map((asset) => statSync(join(outdir, asset, 'index.mjs')).size / 1024);
    expect(sizes).toHaveLength(6);
    expect(sizes.filter((kib) => kib > LARGEST_BUNDLE_KIB)).toEqual([]);
  });

  it("has a map beside each function's code, by which faults name the source", () => {
    for (const asset of assets()) {
      const { sources } = JSON.parse(readFileSync(join(outdir, asset, 'index.mjs.map'), 'utf8'));
      expect(sources).toContainEqual(expect.stringMatching(/^(\.\.\/)+.*functions\/[a-z-]+\/handler\.ts$/));
    }
  });
});
