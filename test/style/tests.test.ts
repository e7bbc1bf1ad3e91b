import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sourceFiles } from '../support/repository.ts'

const files = sourceFiles().filter(({ path }) => path.startsWith('test/'))
const importsOf = new Map(files.map(({ path, runtimeImports }) => [path, runtimeImports]))

/** The files of test/ that a file loads, itself among them. */
function loadedBy(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path) || !path.startsWith('test/')) return found
  found.add(path)
  for (const target of importsOf.get(path) ?? []) loadedBy(target, found)
  return found
}

/** The folder whose files may use each other: a program's, or the file's own. */
const roomOf = (path: string): string =>
  /^test\/(support|programs\/\w+)\//.exec(path)?.[0] ?? `${dirname(path)}/`

/** Whether a name has fewer words than a sentence, without those that each case fills in. */
const isShort = (name: string): boolean => (name.match(/(?<!%)\b[\w-]{2,}/g) ?? []).length < 3

describe('the tests', () => {
  it('the tests say in the names of their files what they need', () => {
    const unknown = files.filter(
      ({ path, imports }) =>
        imports.includes('vitest') &&
        !/\/(support|programs)\//.test(path) &&
        !/^[^.]+(\.process|\.pg)?\.test\.ts$/.test(path),
    )
    expect(unknown.map(({ path }) => path)).toEqual([])
  })

  it('the tests have the suffix .pg.test.ts if they use the PostgreSQL server of the test run, and only then', () => {
    const wrong = files.filter(({ path }) => {
      if (!/\.test\.ts$/.test(path)) return false
      return /\.pg\.test\.ts$/.test(path) !== loadedBy(path).has('test/support/postgres/database.ts')
    })
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('the tests have names that say the whole sentence, also without the name of their group', () => {
    const title = /^ *(?:it|test)(?:\.(?:each|for)\([\s\S]*?\n? *\])?\)?\(\s*(['"`])((?:\\.|(?!\1).)+)\1/gm
    const halves = files.flatMap(({ path, text }) =>
      [...text.matchAll(title)]
        .map(([, , name = '']) => name)
        .filter(
          (name) => /^(is|are|has|have|may|can|does|do|and|that|which|whose)\b/.test(name) || isShort(name),
        )
        .map((name) => `${path}: ${name}`),
    )
    expect(halves).toEqual([])
  })

  it('the tests import from test/ what stands beside them or in test/support', () => {
    const strangers = files.flatMap(({ path, imports }) =>
      imports
        .filter((target) => target.startsWith('test/') && !target.startsWith('test/support/'))
        .filter((target) => !target.startsWith(roomOf(path)))
        .map((target) => `${path} imports ${target}`),
    )
    expect(strangers).toEqual([])
  })
})
