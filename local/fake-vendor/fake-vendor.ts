/** The fake vendor as whoever starts it sees it. */
import type { MembershipEvent } from './events.ts';
import type { Fault, FaultPlan, Outage } from './faults.ts';
import type { Call } from './operations.ts';
import type { Settings } from './options.ts';
import type { LogEntry, VendorStats } from './statistics.ts';
import type { World } from './world.ts';

export interface FakeVendorOptions extends Settings {
  /** Sees every request of an operation before anything is done, and may say what befalls it. A throw is a bug. */
  readonly onRequest?: (call: Call) => Fault | undefined | Promise<Fault | undefined>;
  /** Told of every join and leave at once, before the request that caused it is answered. */
  readonly onMembershipEvent?: (event: MembershipEvent) => void;
}

export interface FakeVendor {
  /** Where it listens, without a path: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Who takes part where; also for changes behind the API's back. */
  readonly world: World;
  stats(): VendorStats;
  /** The last `logSize` requests, the oldest first. */
  log(): readonly LogEntry[];
  /** Begins a fault plan, in place of the one before; undefined ends all planned faults. */
  setFaults(plan: FaultPlan | undefined): void;
  /** How long answers take from now on. */
  setLatency(latencyMs: number): void;
  /** Puts an app out, or back; requests that are stalled stay so. */
  setOutage(appId: string, outage: Outage | undefined): void;
  /**
   * What befalls the webhooks from now on. `lost`: what happens is told to nobody, ever. `cutOff`: no try reaches its
   * endpoint, and the next may.
   */
  setWebhookTrouble(trouble: 'lost' | 'cutOff' | undefined): void;
  /** Ends at once, cutting off whoever still waits for an answer. What had not been applied then never is. */
  close(): Promise<void>;
}
