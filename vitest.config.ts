import { defineConfig } from 'vitest/config';

// The JSON result is what .ci/run counts from; the folder is never in the repository.
export default defineConfig({
  test: {
    environment: 'node',
    globalSetup: ['test/setup.ts'],
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'models/**/*.test.ts', 'web/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Most tests wait for a database or a browser: on two cores one file at a time leaves half of them idle.
    maxWorkers: 2,
    // A browser on a busy machine can be late once; what fails twice has failed.
    retry: 1,
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/scoreline/tests.json' }]],
  },
});
