import { validateHeaderValue } from 'node:http';
import { inspect, isDeepStrictEqual } from 'node:util';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readLogKey } from '../../../functions/adapters/log-key.ts';
import { authorizer } from '../../../functions/adapters/participants-api/authorization.ts';
import { parseHost } from '../../../functions/adapters/participants-api/host.ts';
import { CloudWatchTelemetry } from '../../../functions/adapters/telemetry.ts';
import { readCredential } from '../../../functions/core/credential.ts';
import { NOW } from '../../support/builders.ts';
import { holds, MARK, type Target, tellsNothing } from '../target.ts';

const EXTRA_HOST = 'https://proxy.example/base';

/** An app's secret. What is accepted can be used for a request, or is refused by its client before one is made. */
export const credential: Target = {
  name: 'credential',
  corpus: [
    { keyId: 'app_1', secret: MARK },
    { keyId: 'app_1', secret: MARK, scope: 'app', host: 'https://api.eu-1.smooch.io' },
    { token: MARK, host: 'https://shop.zendesk.com/sc' },
    { token: MARK, host: EXTRA_HOST },
  ].map((each) => JSON.stringify(each)),
  probe: async (text) => {
    const read = readCredential(text, 'https://api.smooch.io', [EXTRA_HOST]);
    if ('problem' in read) return tellsNothing(read.problem);
    const { host, auth } = read;
    const again = readCredential(JSON.stringify({ ...auth, host }), 'https://elsewhere.example', [
      EXTRA_HOST,
    ]);
    holds(isDeepStrictEqual(again, read), 'a credential that is written again reads as another');
    const { secure, hostname } = parseHost(host);
    holds(
      secure && /(^api(\.eu-1)?\.smooch\.io|\.zendesk\.com|^proxy\.example)$/.test(hostname),
      `goes to ${hostname}`,
    );
    const authorize = usable(() => authorizer(auth, () => NOW));
    if (authorize) validateHeaderValue('authorization', (await authorize()).header);
  },
};

/** The client refuses what no header can carry with a TypeError that names the field; a secret like that is refused, too. */
function usable<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TypeError) || error.message === '') throw error;
    tellsNothing(inspect(error).split('\n')[0] ?? '');
    return undefined;
  }
}

/** The key of the hashes in logs: whatever the secret holds, there is one, and no hash shows it. */
export const logKey: Target = {
  name: 'log-key',
  corpus: [MARK.repeat(6), 'x', ''],
  probe: async (text) => {
    for (const answer of [{ SecretString: text }, { SecretBinary: Buffer.from(text) }]) {
      const client = { send: async () => answer } as unknown as SecretsManagerClient;
      const { key, problem } = await readLogKey(client, 'rollcall/log-key');
      holds(key.length > 0, 'an empty key');
      holds((problem === undefined) === (typeof key === 'string'), 'a key is made up in silence');
      holds(problem === undefined || /^\ufeff?$/.test(text), 'a key is made up without need');
      new CloudWatchTelemetry(key);
    }
  },
};
