import { existsSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/repository.ts'

const PAGE = 'docs/acceptance.md'
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

type Criterion = {
  readonly id: string
  readonly files: readonly string[]
  readonly tests: readonly { readonly file: string; readonly name: string }[]
  readonly differs: string
}

const LINK = /\[[^\]]+\]\(([^)]+)\)/g
const linkedFiles = (cell: string): string[] =>
  [...cell.matchAll(LINK)].map(([, target]) => normalize(join('docs', target ?? '')))

/** The tests of a cell: after the link to each file, the names in quotation marks. */
const linkedTests = (cell: string): Criterion['tests'] =>
  [...cell.matchAll(/\]\(([^)]+)\)((?:[^[\]]|\[(?![^\]]+\]\())*)/g)].flatMap(([, target, names]) =>
    [...(names ?? '').matchAll(/"([^"]+)"/g)].map(([, name]) => ({
      file: normalize(join('docs', target ?? '')),
      name: name ?? '',
    })),
  )

const criteria: Criterion[] = [...read(PAGE).matchAll(/^\| ([A-Z]-\d\d) \|(.*)\|$/gm)].map(
  ([, id = '', row = '']) => {
    const [, where = '', shownBy = '', differs = ''] = row.split(' | ').map((cell) => cell.trim())
    return { id, files: linkedFiles(where), tests: linkedTests(shownBy), differs }
  },
)

/** The names that a test file gives to its tests, as they stand in it: `it('…', …)` and `it.each(…)('…', …)`. */
const namesIn = (text: string): string[] =>
  [
    ...text.matchAll(
      /(?:\bit|\btest|\bit\.\w+|\))(?:<[^>]*>)?\(\s*(?:'((?:[^'\\\n]|\\.)+)'|"([^"\n]+)"|`([^`\n]+)`),/g,
    ),
  ].map(([, single, double, template]) => single ?? double ?? template ?? '')

/**
 * Whether a file has a test of this name. A name may also be what `it.each` makes of its template and one of its
 * rows: then the values that the placeholders got stand in one row of the file, in their order.
 */
function isTestOf(text: string, name: string): boolean {
  const names = namesIn(text)
  if (names.includes(name)) return true
  return names.some((template) => {
    if (!/%[sdijf]/.test(template)) return false
    const values = new RegExp(`^${escaped(template).replaceAll(/%[sdijf]/g, '(.+)')}$`).exec(name)?.slice(1)
    return values !== undefined && text.split('\n').some((line) => isRow(line, values))
  })
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
const isRow = (line: string, values: readonly string[]): boolean =>
  new RegExp(`\\[\\s*${values.map((value) => `'?${escaped(value)} *'?`).join(',\\s*')}[\\],]`).test(line)

describe('the table of acceptance', () => {
  it('the table of acceptance has each criterion once, in order', () => {
    const numbered = (letter: string, count: number): string[] =>
      Array.from({ length: count }, (_, i) => `${letter}-${String(i + 1).padStart(2, '0')}`)
    const expected = [numbered('L', 15), numbered('D', 14), numbered('S', 7), numbered('O', 7)].flat()
    expect(criteria.map(({ id }) => id)).toEqual(expected)
  })

  it('the table of acceptance says for each where it is implemented, which test shows it and what differs', () => {
    const incomplete = criteria.filter(
      ({ files, tests, differs }) => files.length === 0 || tests.length === 0 || differs === '',
    )
    expect(incomplete.map(({ id }) => id)).toEqual([])
  })

  it('the table of acceptance names only files that are there', () => {
    const named = criteria.flatMap(({ files, tests }) => [...files, ...tests.map(({ file }) => file)])
    expect([...new Set(named)].filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  it('the table of acceptance names only tests that are there', () => {
    const missing = criteria.flatMap(({ id, tests }) =>
      tests
        .filter(({ file, name }) => !/\.test\.ts$/.test(file) || !isTestOf(read(file), name))
        .map(({ file, name }) => `${id}: ${file} has no "${name}"`),
    )
    expect(missing).toEqual([])
  })

  it('the table of acceptance would notice a test that is gone, renamed or a row that is left out', () => {
    const file =
      "describe('a', () => {\n  it('holds', () => {})\n  it.each([\n    [80, 70, 'major'],\n  ])('%s then %s is %s', () => {})\n})"
    expect(isTestOf(file, 'holds')).toBe(true)
    expect(isTestOf(file, '80 then 70 is major')).toBe(true)
    expect(isTestOf(file, '%s then %s is %s')).toBe(true)
    expect(isTestOf(file, 'a')).toBe(false)
    expect(isTestOf(file, 'held')).toBe(false)
    expect(isTestOf(file, '80 then 75 is major')).toBe(false)
  })
})

it('the packages and the folders that were asked for are there', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, object>
  expect(Object.keys({ ...dependencies, ...devDependencies })).toEqual(
    expect.arrayContaining([
      '@aws-sdk/client-sqs',
      '@aws-sdk/client-scheduler',
      'postgres',
      'aws-cdk-lib',
      '@middy/core',
      'vitest',
    ]),
  )
  const places = ['package.json', 'cdk.json', 'infra', 'functions', 'shared', 'migrations', 'test']
  expect(places.filter((place) => !existsSync(join(ROOT, place)))).toEqual([])
})
