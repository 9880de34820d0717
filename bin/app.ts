import { App } from 'aws-cdk-lib';
import { ConfigurationError, readConfig } from '../lib/config.ts';
import { RollcallStack } from '../lib/rollcall-stack.ts';
import { addRulePacks } from '../lib/rule-packs.ts';

/* What `cdk synth` and `cdk deploy` run. The command line hands over the context of cdk.json and of `-c`. */

const app = new App();
try {
  new RollcallStack(app, readConfig(app.node.getAllContext()));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exit(1);
}
addRulePacks(app);
app.synth();
