import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/**
 * unit: no service. integration: real PostgreSQL, Temporal, esorex. end-to-end: the built program as an operator uses it. acceptance: the
 * long proofs, of which the others hold a short form; not part of `npm test`.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    // Most of them wait for services; by default a machine of two cores would run one file after the other.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/end-to-end/**', 'test/acceptance/**'],
          globalSetup: ['test/own-temporary-folder.ts'],
          // A machine that does other things is no reason to fail.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/own-temporary-folder.ts', 'test/integration/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'acceptance',
          include: ['test/acceptance/**/*.test.ts'],
          globalSetup: ['test/own-temporary-folder.ts', 'test/integration/global-setup.ts'],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          include: ['test/end-to-end/**/*.test.ts'],
          globalSetup: ['test/own-temporary-folder.ts'],
          testTimeout: 400_000,
          hookTimeout: 400_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
