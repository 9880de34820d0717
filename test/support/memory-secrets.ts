import type { Secrets } from '../../functions/workflows/ports.ts';

/** The apps' secrets in memory: one text per app. */
export class MemorySecrets extends Map<string, string> implements Secrets {
  async read(appId: string): Promise<string | undefined> {
    return this.get(appId);
  }
}
