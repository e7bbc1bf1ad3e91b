/**
 * Mutants of SQL, which Stryker leaves alone: it takes a tagged template for a text whose meaning it does not know,
 * and in `shared/db` the statements are the logic.
 */

export type SqlMutant = {
  readonly line: number
  readonly original: string
  readonly replacement: string
  /** The file with the mutant in it. */
  readonly source: string
}

/** What is changed wherever it stands in a statement: the words, and what comes in their place. */
const CHANGES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/ >= /g, ' > '],
  [/ <= /g, ' < '],
  [/ > /g, ' >= '],
  [/ < /g, ' <= '],
  [/ <> /g, ' = '],
  [/(?<=\b(?:where|and|or|on|when|having)\b[^\n]*) = /g, ' <> '],
  [/\bis null\b/g, 'is not null'],
  [/\bis not null\b/g, 'is null'],
  [/\bis distinct from\b/g, 'is not distinct from'],
  [/\bnot exists\b/g, 'exists'],
  [/(?<!not )\bexists\b/g, 'not exists'],
  [/\bleft join\b/g, 'join'],
  [/ desc\b/g, ' asc'],
  [/\b(?:select|count\() ?distinct\b/g, 'select'],
  [/\bgreatest\(/g, 'least('],
  [/\bleast\(/g, 'greatest('],
  [/\bmin\(/g, 'max('],
  [/\bmax\(/g, 'min('],
  [/ \+ 1\b/g, ' - 1'],
  [/\bmaterialized\b/g, ''],
  [/\bfor (?:no key )?(?:update|share)(?: of \w+)?(?: skip locked| nowait)?/g, ''],
  [/(?<=for (?:no key )?update(?: of \w+)?) skip locked/g, ''],
  [/^ *(?:and|or) (?!.*\$\{).*$/gm, ''],
  [/^ *order by .*$/gm, ''],
  [/^ *limit .*$/gm, ''],
  [/^ *on conflict [^\n]*do nothing$/gm, ''],
  // True, as for a lock that was taken.
  [/\bpg_(?:try_)?advisory_xact_lock\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g, 'true'],
  [/\btrue\b/g, 'false'],
  [/\bfalse\b/g, 'true'],
]

/** Where a statement stands in a source: the text of a tagged template, with what is inserted into it. */
const STATEMENT = /\b(?:sql|tx|db|client|\w+Sql)(?:<[^`;]*>)?`([^`]*)`/g
const INSERTED = /\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g

/** Every mutant of the statements of a source file. */
export function sqlMutantsOf(source: string): SqlMutant[] {
  return [...source.matchAll(STATEMENT)].flatMap((statement) => {
    const text = statement[1] ?? ''
    const startsAt = statement.index + statement[0].length - 1 - text.length
    const inserted = [...text.matchAll(INSERTED)].map(
      ({ index, 0: { length } }) => [index, index + length] as const,
    )
    return CHANGES.flatMap(([pattern, replacement]) =>
      [...text.matchAll(pattern)]
        .filter(({ index }) => !inserted.some(([from, to]) => index >= from && index < to))
        .map((found) => mutant(source, startsAt + found.index, found[0], replacement)),
    )
  })
}

function mutant(source: string, at: number, words: string, replacement: string): SqlMutant {
  const lineStart = source.lastIndexOf('\n', at) + 1
  const nextLine = source.indexOf('\n', at + words.length)
  const lineEnd = nextLine === -1 ? source.length : nextLine
  const changed = source.slice(0, at) + replacement + source.slice(at + words.length)
  return {
    line: source.slice(0, at).split('\n').length,
    original: source.slice(lineStart, lineEnd).trim(),
    replacement: changed.slice(lineStart, lineEnd + replacement.length - words.length).trim(),
    source: changed,
  }
}
