import { defineConfig } from 'vitest/config';

/** What `npm run mutation` runs: a mutant of functions/core must die by the tests of functions/core. */
export default defineConfig({
  test: {
    include: ['test/core/**/*.test.ts'],
    testTimeout: 60_000,
    // As the project `core`. Every mutant still has its own worker; only its test files share one.
    isolate: false,
    // Stryker's hooks have to be evaluated anew for each test file, which is not done for what lies in node_modules.
    server: { deps: { inline: [/stryker-setup/] } },
  },
});
