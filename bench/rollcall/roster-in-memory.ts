import { setTimeout as sleep } from 'node:timers/promises';
import { type AppRow, DEFAULT_REQUESTS_PER_SECOND } from '../../functions/core/app.ts';
import { MemoryRoster } from '../../test/support/memory-roster.ts';

/*
 * Stands in for functions/adapters/roster.ts in a bundle that is measured without the table. Every answer takes
 * BENCH_ROSTER_MS. Any app is declared, with BENCH_VENDOR_URL for a host and BENCH_REQUESTS_PER_SECOND for a budget.
 */

const delayMs = Number(process.env['BENCH_ROSTER_MS'] ?? 0);
const host = process.env['BENCH_VENDOR_URL'] ?? '';
const requestsPerSecond = Number(process.env['BENCH_REQUESTS_PER_SECOND'] ?? DEFAULT_REQUESTS_PER_SECOND);

export function declaredApp(appId: string): AppRow {
  return { appId, idKind: 'userId', host, protectedMembers: [], requestsPerSecond, reconcile: true };
}

export class DynamoDBRoster extends MemoryRoster {
  constructor() {
    super();
    // biome-ignore lint/correctness/noConstructorReturn: the proxy is the roster, only slower
    if (delayMs > 0) return new Proxy<DynamoDBRoster>(this, { get: delayed });
  }

  override async app(appId: string): Promise<AppRow> {
    return declaredApp(appId);
  }
}

function delayed(roster: object, name: string | symbol): unknown {
  const method: unknown = Reflect.get(roster, name);
  if (typeof method !== 'function') return method;
  return async (...values: unknown[]) => {
    await sleep(delayMs);
    return Reflect.apply(method, roster, values);
  };
}
