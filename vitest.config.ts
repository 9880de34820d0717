import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Threads break the bundling of functions inside template tests.
    pool: 'forks',
    projects: [
      {
        // Pure: nothing to isolate from each other, and loading once is most of the time.
        extends: true,
        test: { name: 'core', include: ['test/core/**/*.test.ts'], isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/core/**', 'test/end-to-end/**', 'test/browser/**'],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          include: ['test/end-to-end/**/*.test.ts'],
          testTimeout: 120_000,
          // Synthesis, bundling and every emulator; elsewhere, also what has to be created there.
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
