import { defineConfig } from 'vitest/config'

/**
 * A file's suffix says what it needs: `.test.ts` nothing, `.pg.test.ts` a PostgreSQL server of its own,
 * `.deploy.test.ts` an AWS account (test/deploy/vitest.config.ts).
 */
export default defineConfig({
  test: {
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
