import { randomBytes } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { secretText } from './secrets.ts';

/** The key of the hashes that stand for people in the logs. */
export interface LogKey {
  readonly key: string | Uint8Array;
  /** Why the key is one that was made up: hashes of this process fit to no other's. To be told as a fault. */
  readonly problem?: unknown;
}

/** Reads the log key, once in a process. Never fails: logs must not keep changes from being applied. */
export async function readLogKey(client: SecretsManagerClient, secretName: string): Promise<LogKey> {
  try {
    const key = await secretText(client, secretName);
    if (key !== '') return { key };
    return { key: madeUpLogKey(), problem: new Error('the secret of the log key is empty') };
  } catch (problem) {
    return { key: madeUpLogKey(), problem };
  }
}

/** A key for a process that has none: its hashes can be compared with each other only. */
export function madeUpLogKey(): Uint8Array {
  return randomBytes(32);
}
