import { defineConfig } from 'vitest/config';

// The JSON result is what .ci/run counts from; the folder is never in the repository.
export default defineConfig({
  test: {
    environment: 'node',
    globalSetup: ['test/setup.ts'],
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'models/**/*.test.ts', 'web/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A page is waited for as long as a busy machine needs, not the one second that is usual.
    expect: { poll: { timeout: 20_000 } },
    // Most tests wait for a database or a browser: on two cores one file at a time leaves half of them idle.
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/scoreline/tests.json' }]],
  },
});
