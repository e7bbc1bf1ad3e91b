import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export type SourceFile = {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
  /** Without those of types alone, which are gone when the code runs. */
  readonly runtimeImports: readonly string[]
}

const IMPORT = /^(?:import|export)\s[^'"`]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm
const TYPE_IMPORT = /^(import|export) type\s/

/** Every file that git tracks or would track below the folders given, paths relative to the root. */
export function trackedFiles(...patterns: string[]): string[] {
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...patterns], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return [...new Set(list.split('\n'))].filter((path) => path !== '')
}

export function sourceFiles(): SourceFile[] {
  return trackedFiles('*.ts', '*.mjs').map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    const found = [...text.matchAll(IMPORT)]
    return {
      path,
      text,
      imports: found.map((match) => resolved(path, match)),
      runtimeImports: found
        .filter(([match]) => !TYPE_IMPORT.test(match))
        .map((match) => resolved(path, match)),
    }
  })
}

/** A file's path for what lies in the repository, a package's name for what does not. */
function resolved(from: string, [, first, second, third]: RegExpMatchArray): string {
  const target = first ?? second ?? third ?? ''
  return target.startsWith('.') ? normalize(join(dirname(from), target)) : target
}
