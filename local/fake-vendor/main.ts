/**
 * Runs the fake vendor in a process of its own: `node local/fake-vendor/main.ts '{"apps":[…],"control":true}'`.
 * Prints `{"url":"http://127.0.0.1:PORT"}` when it is ready. Ends on SIGINT or SIGTERM and, where it was forked,
 * with its parent.
 */
import { settingsSchema } from './options.ts';
import { startFakeVendor } from './server.ts';

const settings = settingsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const vendor = await startFakeVendor(settings);
console.log(JSON.stringify({ url: vendor.url }));

const end = (): void => void vendor.close().then(() => process.exit(0));
process.once('SIGINT', end);
process.once('SIGTERM', end);
process.once('disconnect', end);
