import { defineConfig } from 'vitest/config'

/** Tests that say nothing of a mutant, or are run in a process of their own, where no mutant is switched on. */
const LEFT_OUT = ['test/{docs,fuzz,programs,style}/**', 'test/infra/aws/**', '**/*.process.test.ts']
const needsPostgres = process.env.MUTATION_TESTS === 'with PostgreSQL'

/** The tests of a mutation run. It runs of these what imports the mutated file. */
export default defineConfig({
  test: {
    root: new URL('../../..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    exclude: needsPostgres ? LEFT_OUT : [...LEFT_OUT, '**/*.pg.test.ts'],
    globalSetup: needsPostgres ? ['test/support/postgres/server.ts'] : [],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
