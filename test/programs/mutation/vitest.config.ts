import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vitest/config'

/** Tests that say nothing of a mutant, or are run in a process of their own, where no mutant is switched on. */
const LEFT_OUT = ['test/{docs,fuzz,programs,style}/**', 'test/infra/aws/**', '**/*.process.test.ts']
const chosen = process.env.MUTATION_TEST_FILES?.split(' ') ?? ['test']
const needsPostgres = process.env.MUTATION_TESTS === 'with PostgreSQL'

const root = new URL('../../..', import.meta.url).pathname

/** Puts the mutant of one file, which MUTANT names, in the place of the file. */
function mutant(): Plugin[] {
  const from = process.env.MUTANT
  if (from === undefined || from === '') return []
  const { file, source } = JSON.parse(readFileSync(from, 'utf8')) as { file: string; source: string }
  return [{ name: 'mutant', enforce: 'pre', load: (id) => (id === join(root, file) ? source : null) }]
}

/** The tests of a mutation run. It runs of these what imports the mutated file. */
export default defineConfig({
  plugins: mutant(),
  test: {
    root,
    // A module in the cache is not loaded again: every mutant of a file would be the first one.
    fsModuleCache: false,
    include: chosen.map((path) => (path.endsWith('.ts') ? path : `${path}/**/*.test.ts`)),
    exclude: needsPostgres ? LEFT_OUT : [...LEFT_OUT, '**/*.pg.test.ts'],
    globalSetup: needsPostgres ? ['test/support/postgres/server.ts'] : [],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
