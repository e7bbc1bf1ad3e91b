import { globSync, readdirSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { UserError } from '../../shared/domain/errors.ts'

/** A file to import. */
export type FoundFile = {
  /** `-` is standard input. */
  readonly path: string
  /** The first folder below the folder that was given: `<folder>/…` may name the host. Null for any other file. */
  readonly folder: string | null
}

/** More are a mistake in the path, such as a whole disk. */
const MAX_FILES = 10_000
/** In a folder there may be other files, such as reports for people. A file that is given by its name is always read. */
const RESULTS_FILE = /\.(xml|json)(\.gz)?$/i
const GLOB = /[*?[{]/

/**
 * Lists the files that are meant by files, folders (with all that is in them) and glob patterns, each once.
 * @throws UserError for a folder without results, a pattern that no file matches, and for too many files.
 */
export function findFiles(paths: readonly string[]): readonly FoundFile[] {
  const found = new Map<string, FoundFile>()
  for (const path of paths) {
    for (const file of listFiles(path)) if (!found.has(file.path)) found.set(file.path, file)
  }
  if (found.size > MAX_FILES) throw new UserError([`more than ${MAX_FILES} files: give a smaller folder`])
  if (found.size > 1 && found.has('-'))
    throw new UserError(['standard input (-) is read alone, without files'])
  return [...found.values()]
}

function listFiles(path: string): readonly FoundFile[] {
  const kind = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false })
  if (kind?.isDirectory()) return findInFolder(path)
  if (kind !== undefined || !GLOB.test(path)) return [{ path, folder: null }]
  const files = globSync(path).filter((match) => statSync(match, { throwIfNoEntry: false })?.isFile())
  if (files.length === 0) throw new UserError([`no file matches ${path}`])
  return files.sort().map((match) => ({ path: match, folder: null }))
}

function findInFolder(root: string): readonly FoundFile[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && RESULTS_FILE.test(entry.name) && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
  if (files.length === 0) {
    throw new UserError([`${root} has no file that ends in .xml, .json, .xml.gz or .json.gz`])
  }
  return files.sort().map((path) => {
    const [folder, ...below] = relative(root, path).split(sep)
    return { path, folder: below.length > 0 && folder !== undefined ? folder : null }
  })
}
