import type { SQSEvent } from 'aws-lambda';
import { throughVendorClient } from './one-change.ts';

/* A handler of nothing but the vendor's client: no secret, no table, its key from the environment. */

const applyOne = throughVendorClient({
  url: process.env['BENCH_VENDOR_URL'] ?? '',
  keyId: process.env['BENCH_KEY_ID'] ?? '',
  secret: process.env['BENCH_SECRET'] ?? '',
});

export async function handler({ Records }: SQSEvent): Promise<{ batchItemFailures: [] }> {
  for (const record of Records) await applyOne(record);
  return { batchItemFailures: [] };
}
