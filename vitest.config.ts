import { defineConfig } from 'vitest/config'
import { SkippedTestsReporter } from './test/support/skipped-tests.ts'

/** More than there are cores here, by much: most of the time a test file waits for a process or a socket. */
const FILES_AT_ONCE = 4

/**
 * A file's suffix says what it needs: `.test.ts` nothing, `.process.test.ts` programs or servers that it starts itself,
 * `.pg.test.ts` a PostgreSQL server, `.deploy.test.ts` an AWS account (test/programs/deploy/vitest.config.ts).
 */
export default defineConfig({
  test: {
    maxWorkers: FILES_AT_ONCE,
    reporters: ['default', new SkippedTestsReporter()],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{process,pg,deploy}.test.ts'],
          setupFiles: ['test/support/needs-nothing.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'process',
          include: ['test/**/*.process.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'pg',
          include: ['test/**/*.pg.test.ts'],
          globalSetup: ['test/support/postgres/server.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
