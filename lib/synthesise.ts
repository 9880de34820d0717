import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { readConfig } from './config.ts';
import { RollcallStack } from './rollcall-stack.ts';

const CDK_JSON = new URL('../cdk.json', import.meta.url);
const cdkJsonSchema = z.object({ context: z.record(z.string(), z.unknown()) });

/** The context of cdk.json, which only the CDK's command line reads by itself: without it, another template comes out. */
export function projectContext(): Record<string, unknown> {
  return cdkJsonSchema.parse(JSON.parse(readFileSync(CDK_JSON, 'utf8'))).context;
}

/**
 * Synthesises a deployment from code, its functions bundled, and gives the folder of its cloud assembly. Rules are not
 * checked, which takes seconds: that is left to the command line and the tests.
 *
 * @param context what differs from cdk.json: settings (`rollcall:…`) and the CDK's own keys
 * @throws ConfigurationError
 */
export function synthesise(context: Readonly<Record<string, unknown>>, outdir: string): string {
  const app = new App({
    outdir,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    context: { ...projectContext(), ...context },
  });
  new RollcallStack(app, readConfig(app.node.getAllContext()));
  return app.synth().directory;
}
