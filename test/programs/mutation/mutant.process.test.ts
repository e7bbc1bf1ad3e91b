import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ROOT } from '../../support/repository.ts'
import { runProgram } from './run-program.ts'

const CONFIG = 'test/programs/mutation/vitest.config.ts'
const FILE = 'shared/domain/scan-time.ts'
const TEST = 'test/cli/scan/refuse-future.test.ts'

it('the tests of a mutation run see each mutant, and not the one before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mutant-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const mutant = join(folder, 'mutant.json')
  const original = readFileSync(join(ROOT, FILE), 'utf8')
  const run = (source: string): Promise<number | null> => {
    writeFileSync(mutant, JSON.stringify({ file: FILE, source }))
    return runProgram(join(ROOT, 'node_modules/.bin/vitest'), ['run', TEST, '--config', CONFIG], {
      env: { MUTATION_TESTS: 'without', MUTATION_TEST_FILES: 'test', MUTANT: mutant },
    })
  }
  expect(await run(original)).toBe(0)
  expect(await run(original.replace(' > ', ' < '))).toBe(1)
  expect(await run(original)).toBe(0)
})
