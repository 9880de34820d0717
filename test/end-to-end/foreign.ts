/** Runs the end-to-end tests on services that are there already: `npm run test:foreign`, told in docs/end-to-end.md. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isOnThisMachine } from '../../local/embedded/endpoints.ts';
import { externalEndpoints } from '../../local/embedded/external-services.ts';

const USAGE = `Runs the end-to-end tests on services that are there already.

  ROLLCALL_E2E_SQS_ENDPOINT=http://127.0.0.1:9324 npm run test:foreign

Endpoints, of which one at least must be given; what is not given is emulated:
  ROLLCALL_E2E_SQS_ENDPOINT
  ROLLCALL_E2E_DYNAMODB_ENDPOINT
  ROLLCALL_E2E_SECRETS_MANAGER_ENDPOINT
ROLLCALL_E2E_ACCOUNT_ID and ROLLCALL_E2E_REGION: whose and where they are
--costs-money: needed where they are not on this machine, all of them or none

docs/end-to-end.md tells the rest.`;

const SERVICES = 3;
process.exitCode = await main();

async function main(): Promise<number> {
  const options = { 'costs-money': { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const endpoints = Object.entries(externalEndpoints(process.env));
  const far = endpoints.filter(([, endpoint]) => !isOnThisMachine(endpoint)).length;
  // A function has one credential for all its services: no emulator is to be shown a real one.
  const isMixed = far > 0 && far < SERVICES;
  if (endpoints.length === 0 || isMixed || (far > 0 && !values['costs-money'])) {
    console.error(USAGE);
    return 2;
  }
  for (const [service, endpoint] of endpoints) console.error(`${service}: ${endpoint}`);
  const files = positionals.length > 0 ? positionals : testsOfTheSystem();
  const vitest = new URL('../../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'end-to-end', ...files], {
    stdio: 'inherit',
  });
  const [exitCode] = await once(child, 'exit');
  return Number(exitCode ?? 1);
}

/** Those that know the system by its endpoints; others start the local programs, which bring their own emulators. */
function testsOfTheSystem(): string[] {
  const files = globSync('test/end-to-end/*.test.ts', { cwd: new URL('../..', import.meta.url) });
  return files.filter((file) => readFileSync(file, 'utf8').includes('SystemUnderTest.start'));
}
