import { defineConfig } from 'vitest/config';

/** Tests of core that ask no database. */
const PURE = 'src/core/!(sql).test.ts';

// The JSON result is what .ci/run counts from; the folder is never in the repository.
export default defineConfig({
  test: {
    environment: 'node',
    projects: [
      { extends: true, test: { name: 'core', include: [PURE] } },
      {
        extends: true,
        test: {
          name: 'service',
          globalSetup: ['test/setup.ts'],
          include: ['{src,test,models,web,bench}/**/*.test.ts'],
          exclude: [PURE, '**/node_modules/**'],
        },
      },
    ],
    // No file changes what another one loads, so they share it: loading takes as long as a quarter of the tests.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A page is waited for as long as a busy machine needs, not the one second that is usual.
    expect: { poll: { timeout: 20_000 } },
    // Most tests wait for a database or a browser: on two cores one file at a time leaves half of them idle.
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/scoreline/tests.json' }]],
  },
});
