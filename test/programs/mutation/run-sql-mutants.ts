import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../support/repository.ts'
import { runProgram } from './run-program.ts'
import { sqlMutantsOf } from './sql-mutants.ts'
import { type Mutant, WORK_FOLDER } from './stryker.ts'

const CONFIG = 'test/programs/mutation/vitest.config.ts'
const REPORT = join(ROOT, WORK_FOLDER, 'tests.json')
const MUTANT = join(ROOT, WORK_FOLDER, 'mutant.json')
/** A mutant may take this many times as long as the tests without one, and this much more. */
const SLOWER = 3
const MARGIN_MS = 30_000

type Outcome =
  | { readonly status: 'Survived' | 'Timeout' }
  /** With the test files in which a test has failed. */
  | { readonly status: 'Killed'; readonly by: readonly string[] }

/** Runs, for each mutant of the statements of a file, the tests that import the file; null where they fail without one. */
export async function mutateSql(file: string): Promise<Mutant[] | null> {
  const mutants = sqlMutantsOf(readFileSync(join(ROOT, file), 'utf8'))
  if (mutants.length === 0) return []
  const related = ['related', file, '--run']
  const startedAt = performance.now()
  if ((await runTests(related, '')).status !== 'Survived') return null
  const atMostMs = SLOWER * (performance.now() - startedAt) + MARGIN_MS
  const killers = new Set<string>()
  const kill = async (source: string): Promise<Outcome> => {
    writeFileSync(MUTANT, JSON.stringify({ file, source }))
    // What has noticed another mutant of this file is likely to notice this one, and is not much to run.
    if (killers.size > 0) {
      const outcome = await runTests(['run', ...killers], MUTANT, atMostMs)
      if (outcome.status !== 'Survived') return outcome
    }
    return runTests(related, MUTANT, atMostMs)
  }
  const found: Mutant[] = []
  for (const { line, original, replacement, source } of mutants) {
    const outcome = await kill(source)
    if (outcome.status === 'Killed') for (const path of outcome.by) killers.add(path)
    found.push({ status: outcome.status, mutator: 'SQL', line, original, replacement })
  }
  return found
}

/** Runs tests until the first one fails. */
async function runTests(which: readonly string[], mutant: string, atMostMs?: number): Promise<Outcome> {
  rmSync(REPORT, { force: true })
  const args = [...which, '--bail=1', '--config', CONFIG, '--reporter=json', `--outputFile=${REPORT}`]
  const env = { MUTATION_TESTS: 'with PostgreSQL', MUTANT: mutant }
  const exitCode = await runProgram('vitest', args, { env, atMostMs })
  if (exitCode === null) return { status: 'Timeout' }
  return exitCode === 0 ? { status: 'Survived' } : { status: 'Killed', by: failedFiles() }
}

function failedFiles(): string[] {
  if (!existsSync(REPORT)) return []
  const { testResults } = JSON.parse(readFileSync(REPORT, 'utf8')) as {
    testResults: readonly { readonly name: string; readonly status: string }[]
  }
  return testResults.flatMap(({ name, status }) => (status === 'failed' ? [name] : []))
}
