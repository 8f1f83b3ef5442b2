import { defineConfig } from 'vitest/config';

/** Tests of core that ask no database. */
const PURE = 'src/core/!(sql).test.ts';

// The JSON result is what .ci/run counts from; the folder is never in the repository.
export default defineConfig({
  test: {
    environment: 'node',
    projects: [
      // Nothing in core is kept between two tests: its files share what is loaded, which takes a quarter of their time.
      { extends: true, test: { name: 'core', include: [PURE], isolate: false } },
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
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A page is waited for as long as a busy machine needs, not the one second that is usual.
    expect: { poll: { timeout: 20_000 } },
    // Most tests wait for a database or a browser: on two cores one file at a time leaves half of them idle.
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/scoreline/tests.json' }]],
  },
});
