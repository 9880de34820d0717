import type { AppRow } from '../core/app.ts';
import { type Credential, type CredentialRead, readCredential } from '../core/credential.ts';
import { Cached } from './cached.ts';
import type { Clock, Secrets } from './ports.ts';

/** The apps' credentials. One stays the same object for as long as its secret and host stay the same. */
export class Credentials {
  readonly #texts: Cached<string | undefined>;
  readonly #extraHosts: readonly string[];
  readonly #reads = new Map<string, { text: string | undefined; host: string; read: CredentialRead }>();

  constructor(secrets: Secrets, keepMs: number, extraHosts: readonly string[], clock: Pick<Clock, 'nowMs'>) {
    this.#texts = new Cached((appId) => secrets.read(appId), keepMs, clock);
    this.#extraHosts = extraHosts;
  }

  /** `fresh` reads the secret again, whatever is kept. */
  async get(app: AppRow, fresh: boolean): Promise<CredentialRead> {
    const { appId, host } = app;
    const text = fresh ? await this.#texts.refresh(appId) : await this.#texts.get(appId);
    const known = this.#reads.get(appId);
    if (known && known.text === text && known.host === host) return known.read;
    const read: CredentialRead =
      text === undefined
        ? { problem: 'the secret does not exist' }
        : readCredential(text, host, this.#extraHosts);
    this.#reads.set(appId, { text, host, read });
    return read;
  }

  /**
   * Whether the secret holds something else than what the vendor just refused, so that another attempt makes sense.
   * Calls refused at the same time share one read, and those that come after it none.
   */
  async hasChangedFrom(app: AppRow, refused: Credential): Promise<boolean> {
    if ((await this.get(app, false)) !== refused) return true;
    return (await this.get(app, true)) !== refused;
  }
}
