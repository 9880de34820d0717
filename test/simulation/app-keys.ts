import type { VendorModel } from './vendor-model.ts';

/** The apps' API keys: which one the vendor takes, and which one Secrets Manager holds. */
export class AppKeys {
  readonly #vendor: VendorModel;
  readonly #secrets = new Map<string, string>();
  readonly #current = new Map<string, number>();
  #made = 0;

  constructor(vendor: VendorModel) {
    this.#vendor = vendor;
  }

  secretOf(appId: string): string | undefined {
    return this.#secrets.get(appId);
  }

  /** From now on the vendor takes a new key only; gives what brings it to Secrets Manager, if it is still the newest then. */
  rotate(appId: string): () => void {
    this.#made += 1;
    const made = this.#made;
    const secret = `SECRET-${appId}-${made}`;
    this.#current.set(appId, made);
    this.#vendor.setKey(appId, secret);
    const text = JSON.stringify({ keyId: `key-of-${appId}`, secret });
    return () => {
      if (this.#current.get(appId) === made) this.#secrets.set(appId, text);
    };
  }
}
