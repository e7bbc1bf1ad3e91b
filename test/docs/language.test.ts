import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, repositoryFiles } from '../support/repository.ts'

/** Expressions that a non-native reader stumbles over, and what docs/style.md has instead. */
const INSTEAD: readonly (readonly [pattern: RegExp, write: string])[] = [
  [
    /\b(?:a|an|one|\d+) (?:hosts?|schedules?|invocations?|functions?|objects?|rows?|statements?|events?|rules?|lines?|roles?|metrics?) an? (?:host|schedule|function|invocation|minute|second|month|line|row|rule|stage|probe|cadence|scan|change)\b/i,
    'per: "one schedule per host"',
  ],
  [/\boperator's door\b|\bone door\b/i, 'the command line, or the operate function'],
  [/\b(?:the|a) world\b/i, 'ports, or dependencies'],
  [/\bheld against\b/i, 'counted against'],
  [/\bheld to\b/i, 'checked against'],
  [/\bit says no\b/i, 'refuses'],
  [/\bas (?:he|she|it) stands\b/i, 'unchanged'],
  [/\bmend(?:s|ed)?\b/i, 'fix'],
]
/** It quotes the expressions. */
const STYLE = 'docs/style.md'

/** Without code blocks, code in a line and the names of tests. */
const proseOf = (page: string): string[] =>
  page
    .replaceAll(/```[\s\S]*?```/g, (block) => block.replaceAll(/[^\n]/g, ''))
    .replaceAll(/`[^`\n]*`/g, '`')
    .split('\n')
    .map((line) => (line.startsWith('|') ? line.replaceAll(/"[^"]*"/g, '') : line))

const offences = (path: string, page: string): string[] =>
  proseOf(page).flatMap((line, i) =>
    INSTEAD.filter(([pattern]) => pattern.test(line)).map(
      ([, write]) => `${path}:${i + 1}: ${line.trim()} → ${write}`,
    ),
  )

describe('the language of the documentation', () => {
  it('the documentation has none of the expressions that the style guide replaces', () => {
    const pages = repositoryFiles('.md').filter((path) => path !== STYLE)
    expect(pages.length).toBeGreaterThan(10)
    expect(pages.flatMap((path) => offences(path, readFileSync(join(ROOT, path), 'utf8')))).toEqual([])
  })

  it.each([
    'There is one schedule a host.',
    'It costs one statement a minute.',
    "Look at the operator's door.",
    'A failure of the prober is never held against a host.',
  ])('the language of the documentation would be noticed to have such an expression: %s', (line) => {
    expect(offences('page.md', line)).toHaveLength(1)
  })

  it.each(['There is one schedule per host.', 'A host that a schedule probes is up.', '`a host a schedule`'])(
    'the documentation may say: %s',
    (line) => {
      expect(offences('page.md', line)).toEqual([])
    },
  )

  it('the language of the documentation is explained by a glossary with two columns: the term, and its meaning or what to write instead', () => {
    const rows = readFileSync(join(ROOT, STYLE), 'utf8').match(/^\| .*$/gm) ?? []
    expect(rows.length).toBeGreaterThan(30)
    expect(rows.filter((row) => !/^\| [^|]+ \| [^|]+ \|$/.test(row))).toEqual([])
  })
})
