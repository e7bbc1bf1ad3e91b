import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, matchesGlob, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The folder with the product's migrations. */
export const MIGRATIONS = join(ROOT, 'migrations')

export type SourceFile = {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
  /** Without those of types alone, which are gone when the code runs. */
  readonly runtimeImports: readonly string[]
}

const IMPORT = /^(?:import|export)\s[^'"`]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm
const TYPE_IMPORT = /^(import|export) type\s/

/** The patterns of .gitignore, each of which fits a name in any folder, and git's own folder. */
const LEFT_OUT = readFileSync(join(ROOT, '.gitignore'), 'utf8')
  .split('\n')
  .map((pattern) => pattern.trim().replace(/\/$/, ''))
  .filter((pattern) => pattern !== '')
  .concat('.git')

/**
 * Every file of the repository whose name ends so, paths relative to the root. The folders are read, and git is not
 * asked: a source archive has the same files and no git.
 */
export function repositoryFiles(...endings: string[]): string[] {
  const filesIn = (folder: string): string[] =>
    readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
      if (LEFT_OUT.some((pattern) => matchesGlob(entry.name, pattern))) return []
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesIn(path) : [path]
    })
  return filesIn('').filter((path) => endings.length === 0 || endings.some((ending) => path.endsWith(ending)))
}

export function sourceFiles(): SourceFile[] {
  return repositoryFiles('.ts', '.mjs').map((path) => {
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
