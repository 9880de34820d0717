import type { Policy } from '../core/app.ts';
import type { VendorCallsSettings } from './vendor-calls.ts';

/** What a deployment sets for all of its apps. */
export interface DeploymentSettings extends VendorCallsSettings {
  /** Of apps and conversations that have none of their own. */
  readonly policy: Policy;
}
