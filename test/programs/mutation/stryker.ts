import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ROOT } from '../../support/repository.ts'
import { runProgram } from './run-program.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
/** In the repository, so that Stryker finds the Vitest of it, and ignored by git. */
export const WORK_FOLDER = '.local/mutation'
const INSTALLED = join(ROOT, WORK_FOLDER, 'node_modules')
const STRYKER = join(INSTALLED, '.bin/stryker')
const REPORT = `${WORK_FOLDER}/report.json`
/** What a test may take longer with a mutant than without it, before the mutant counts as one that never ends. */
const HANGS_AFTER_MS = 20_000

export type Mutant = {
  readonly status:
    | 'Killed'
    | 'Survived'
    | 'NoCoverage'
    | 'Timeout'
    | 'Ignored'
    | 'CompileError'
    | 'RuntimeError'
  readonly mutator: string
  readonly line: number
  /** The source where the mutant is (of SQL the whole line), and what stands there in its place. */
  readonly original: string
  readonly replacement: string
}

type Report = {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string
        readonly mutants: readonly {
          readonly status: Mutant['status']
          readonly mutatorName: string
          readonly replacement?: string
          readonly location: { readonly start: Position; readonly end: Position }
        }[]
      }
    >
  >
}
/** Both count from 1. */
type Position = { readonly line: number; readonly column: number }

/** Installs Stryker for mutation runs alone, unless it is there. */
export async function installStryker(): Promise<void> {
  if (existsSync(STRYKER)) return
  const folder = join(ROOT, WORK_FOLDER)
  mkdirSync(folder, { recursive: true })
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    cpSync(join(HERE, name), join(folder, name))
  process.stderr.write('Installing Stryker (npm ci) …\n')
  const args = ['ci', '--no-audit', '--no-fund', '--prefix', folder]
  const exitCode = await runProgram('npm', args, { isShown: true })
  if (exitCode !== 0) throw new Error(`npm ci ended with ${exitCode}`)
}

/** Makes every mutant of a file and runs the tests that cover it; null where the tests fail without a mutant. */
export async function mutate(file: string, tests: 'with PostgreSQL' | 'without'): Promise<Mutant[] | null> {
  const settings = {
    mutate: [file],
    testRunner: 'vitest',
    vitest: { configFile: 'test/programs/mutation/vitest.config.ts' },
    plugins: [join(INSTALLED, '@stryker-mutator/vitest-runner/dist/src/index.js'), join(HERE, 'wording.ts')],
    ignorers: ['wording'],
    coverageAnalysis: 'perTest',
    concurrency: 1,
    timeoutMS: HANGS_AFTER_MS,
    allowEmpty: true,
    // TypeScript 7 has no longer what Stryker reads this file with; nothing here is compiled.
    tsconfigFile: 'none',
    disableTypeChecks: false,
    ignorePatterns: ['.local', 'cdk.out'],
    tempDirName: `${WORK_FOLDER}/copy`,
    logLevel: 'warn',
    reporters: ['json'],
    jsonReporter: { fileName: REPORT },
  }
  rmSync(join(ROOT, REPORT), { force: true })
  const settingsFile = join(ROOT, WORK_FOLDER, 'stryker.json')
  writeFileSync(settingsFile, JSON.stringify(settings))
  const exitCode = await runProgram(STRYKER, ['run', settingsFile], {
    env: { MUTATION_TESTS: tests },
    isShown: true,
  })
  if (exitCode !== 0) return null
  // There is none of a file that holds nothing to change, such as one of types.
  if (!existsSync(join(ROOT, REPORT))) return []
  return mutantsIn(JSON.parse(readFileSync(join(ROOT, REPORT), 'utf8')) as Report)
}

function mutantsIn({ files }: Report): Mutant[] {
  return Object.values(files).flatMap(({ source, mutants }) => {
    const lines = source.split('\n')
    return mutants.map(({ status, mutatorName, replacement = '', location: { start, end } }) => ({
      status,
      mutator: mutatorName,
      line: start.line,
      original: textBetween(lines, start, end),
      replacement,
    }))
  })
}

function textBetween(lines: readonly string[], start: Position, end: Position): string {
  const text = lines.slice(start.line - 1, end.line)
  const last = text.length - 1
  text[last] = (text[last] ?? '').slice(0, end.column - 1)
  text[0] = (text[0] ?? '').slice(start.column - 1)
  return text.join('\n')
}
