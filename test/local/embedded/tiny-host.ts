/** A program that runs the tiny stack, freezes its consumer and ends without stopping anything: `tiny-host.ts ASSEMBLY`. */
import { startEmbedded } from '../../../local/embedded/embedded.ts';

const { functions } = await startEmbedded({
  assemblyDir: process.argv[2] ?? '',
  report: (event) => {
    if (event.kind === 'processStarted') console.log(event.pid);
  },
});
const consumer = functions.get('Consumer');
await Promise.all([consumer?.invoke({ Records: [] }), consumer?.invoke({ Records: [] })]);
consumer?.processes[0]?.freeze();
process.exit(0);
