import { defineConfig } from 'vitest/config';

/** What needs a browser, apart from `npm test`: `npm run test:browser`. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    fileParallelism: false,
  },
});
