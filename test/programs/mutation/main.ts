/**
 * Changes the product in one small way after another and looks whether a test fails: a change that no test sees (a
 * survivor) is behaviour that no test holds.
 * `npm run test:mutation -- [--minutes N] [--seed N] [--tests FILE-OR-FOLDER]… [file or folder …]`
 */
import { parseArgs } from 'node:util'
import { repositoryFiles } from '../../support/repository.ts'
import { EQUIVALENTS } from './equivalents.ts'
import { inRandomOrder } from './random-order.ts'
import { mutateSql } from './run-sql-mutants.ts'
import { installStryker, type Mutant, mutate } from './stryker.ts'

const AREAS = ['shared/domain/', 'shared/db/', 'shared/producer/', 'functions/']
/** These are pure: the tests that need nothing hold them. */
const WITHOUT_POSTGRES = /^shared\/domain\//
const DEFAULT_MINUTES = 60

const { values, positionals } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string' },
    tests: { type: 'string', multiple: true, default: ['test'] },
  },
  allowPositionals: true,
})
process.env.MUTATION_TEST_FILES = values.tests.join(' ')
const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
const endsAt = performance.now() + Number(values.minutes ?? DEFAULT_MINUTES) * 60_000
const files = inRandomOrder(
  repositoryFiles('.ts').filter(
    (path) =>
      AREAS.some((area) => path.startsWith(area)) &&
      (positionals.length === 0 || positionals.some((chosen) => path.startsWith(chosen))),
  ),
  seed,
)

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const hasStatus = (mutants: readonly Mutant[], ...statuses: Mutant['status'][]): Mutant[] =>
  mutants.filter(({ status }) => statuses.includes(status))
const isExplained = (file: string, { original, replacement }: Mutant): boolean =>
  EQUIVALENTS.some((it) => it.file === file && it.original === original && it.replacement === replacement)

say(`${files.length} files, seed ${seed}: the same order again with --seed ${seed}`)
await installStryker()
let survivors = 0
let done = 0
const failed: string[] = []
for (const file of files) {
  if (performance.now() > endsAt) break
  const mutants = await mutate(file, WITHOUT_POSTGRES.test(file) ? 'without' : 'with PostgreSQL')
  const ofSql = mutants && (await mutateSql(file))
  if (mutants === null || ofSql === null) failed.push(file)
  else survivors += report(file, [...mutants, ...ofSql])
  done += 1
}
say(`${survivors} survived in ${done} of ${files.length} files`)
if (failed.length > 0) say(`whose tests fail without a mutant: ${failed.join(' ')}`)
if (done < files.length) say(`not reached in time: ${files.slice(done).join(' ')}`)
if (survivors + failed.length > 0) process.exitCode = 1

/** Says what became of the mutants of a file. Returns how many survived that nothing explains. */
function report(file: string, mutants: readonly Mutant[]): number {
  const alive = hasStatus(mutants, 'Survived', 'NoCoverage')
  const unexplained = alive.filter((mutant) => !isExplained(file, mutant))
  const killed = hasStatus(mutants, 'Killed', 'Timeout').length
  const explained = alive.length - unexplained.length
  say(`${file}: ${killed} killed, ${unexplained.length} survived, ${explained} explained`)
  for (const { status, line, mutator, original, replacement } of unexplained) {
    say(`  ${file}:${line} ${mutator}${status === 'NoCoverage' ? ', which no test reaches' : ''}`)
    say(`    - ${original.replaceAll('\n', '\n      ')}`)
    say(`    + ${replacement.replaceAll('\n', '\n      ')}`)
  }
  return unexplained.length
}
