#!/usr/bin/env node
import { runRollcall } from './program.ts';

// Whoever reads the output may stop when it has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runRollcall(process.argv.slice(2));
