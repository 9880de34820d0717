import { defineConfig } from 'vitest/config';

/** What `npm run mutation` runs: a mutant of functions/core must die by the tests of functions/core. */
export default defineConfig({ test: { include: ['test/core/**/*.test.ts'], testTimeout: 60_000 } });
