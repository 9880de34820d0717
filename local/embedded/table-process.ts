/**
 * The table emulator, in a process of its own: `node table-process.ts PORT`. Tells its parent the port it got, and
 * ends with its parent, or when told to, after the requests under way.
 */
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';

// An upload that is cut off (its sender was killed) is thrown by the emulator; nothing of it has been done by then.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code === 'ECONNRESET') return;
  console.error(error);
  process.exit(1);
});
// The terminal sends Ctrl-C to every process; the parent is who decides when this one ends.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

const server = dynalite({ createTableMs: 0 });
process.on('message', () => server.close(() => process.exit(0)));
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});
