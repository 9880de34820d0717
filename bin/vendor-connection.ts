import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../functions/adapters/clock.ts';
import type { RollcallEvent } from '../functions/core/events.ts';
import type { Vendor } from '../functions/workflows/ports.ts';
import type { DeploymentSettings } from '../functions/workflows/settings.ts';
import { type Deadline, VendorCalls } from '../functions/workflows/vendor-calls.ts';
import { addTableOptions, type DeploymentOptions, useLocal } from './deployment.ts';
import { CommandError, complain, describe } from './terminal.ts';

/** What a command says that lists participants itself. */
export interface VendorOptions extends DeploymentOptions {
  readonly secretPrefix?: string;
}

/** The vendor as a reconcile pass meets it: with the app's secret, inside its budget, and for listings only. */
export interface VendorConnection {
  readonly vendor: Pick<Vendor, 'list'>;
  readonly calls: VendorCalls;
  readonly settings: DeploymentSettings;
  readonly clock: typeof systemClock;
  readonly deadline: Deadline;
}

const CDK_FILE = 'cdk.json';

const SETTINGS_HELP = `
Participants are listed with the app's own secret, which must be readable: secretsmanager:GetSecretValue. Policy, times
and extra hosts of the deployment are read from ${CDK_FILE} in this folder, and have their defaults where it is not there.
AWS_ENDPOINT_URL_SECRETS_MANAGER names another endpoint.`;

export function addVendorOptions(command: Command): void {
  command.option(
    '--secret-prefix <prefix>',
    "apps' secrets are named <prefix>/<app>: output AppSecretPrefix (env: ROLLCALL_SECRET_PREFIX)",
  );
  addTableOptions(command);
  command.addHelpText('after', SETTINGS_HELP);
}

/** Lets `work` list participants; its connections are closed afterwards. */
export async function withVendor<Result>(
  options: VendorOptions,
  work: (connection: VendorConnection) => Promise<Result>,
): Promise<Result> {
  const { settings, secretPrefix } = await deployedConfig(options);
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const { awsClient } = await import('../functions/adapters/aws-client.ts');
  const { SecretsManagerSecrets } = await import('../functions/adapters/secrets.ts');
  const { SunshineVendor } = await import('../functions/adapters/vendor.ts');
  const secrets = new SecretsManagerSecrets(awsClient(SecretsManagerClient), secretPrefix);
  const vendor = new SunshineVendor();
  const calls = new VendorCalls({ secrets, telemetry: { emit: tell }, clock: systemClock }, settings);
  // Nobody takes over where this ends, so nothing is gained by ending early.
  const deadline = { remainingMs: () => Number.POSITIVE_INFINITY };
  try {
    return await work({ vendor, calls, settings, clock: systemClock, deadline });
  } finally {
    vendor.close();
  }
}

/** What the deployment was configured with, as far as commands have to know. */
export async function deployedConfig(options: VendorOptions) {
  const local = useLocal(options);
  const { readConfig } = await import('../lib/config.ts');
  const config = readConfig(local?.settings ?? cdkContext());
  const settings: DeploymentSettings = {
    timings: config.timings,
    policy: config.policy,
    budgetShare: config.reconcilerShare / config.reconcileConcurrency,
    extraHosts: local ? [...config.extraHosts, local.vendor] : config.extraHosts,
  };
  const secretPrefix =
    options.secretPrefix ??
    local?.secretPrefix ??
    process.env['ROLLCALL_SECRET_PREFIX'] ??
    config.secretPrefix;
  return { settings, secretPrefix, webhookSecretPrefix: `${config.name}/webhooks` };
}

function cdkContext(): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(CDK_FILE, 'utf8');
  } catch {
    return {};
  }
  try {
    return (JSON.parse(text) as { context?: Record<string, unknown> }).context ?? {};
  } catch {
    throw new CommandError(`${CDK_FILE} is not JSON`);
  }
}

/** Of what a function would log, this is what whoever waits here must know. */
function tell(event: RollcallEvent): void {
  if (event.name === 'credential_problem') {
    complain(`the credential of the app ${event.appId} cannot be used: ${event.problem}`);
  }
  if (event.name === 'fault') complain(`${event.where}: ${describe(event.error)}`);
}
