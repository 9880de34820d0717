import { synthesise } from '../lib/synthesise.ts';

/* A process of local/synthesise.ts: the context as JSON and the folder to write to are its arguments. */

// The terminal sends Ctrl-C to every process; the parent is who decides when this one ends.
process.on('SIGINT', () => {});
const [context = '{}', outdir = ''] = process.argv.slice(2);
synthesise(JSON.parse(context), outdir);
