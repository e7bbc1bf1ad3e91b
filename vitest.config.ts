import { defineConfig } from 'vitest/config'

/** More than there are cores here, by much: most of the time a test file waits for a process or a socket. */
const FILES_AT_ONCE = 4

/**
 * A file's suffix says what it needs: `.test.ts` nothing, `.pg.test.ts` a PostgreSQL server of its own,
 * `.deploy.test.ts` an AWS account (test/deploy/vitest.config.ts).
 */
export default defineConfig({
  test: {
    maxWorkers: FILES_AT_ONCE,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.pg.test.ts', 'test/**/*.deploy.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'pg',
          include: ['test/**/*.pg.test.ts'],
          globalSetup: ['test/pg/server.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
