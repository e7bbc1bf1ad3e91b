import { describe, expect, it } from 'vitest'
import { sqlMutantsOf } from './sql-mutants.ts'

const changesOf = (source: string): string[][] =>
  sqlMutantsOf(source).map(({ line, original, replacement }) => [String(line), original, replacement])

/** What a template has inserted. */
const inserted = (code: string): string => `$\{${code}}`

describe('the mutants of SQL', () => {
  it('the mutants of a statement change one condition, one order or one lock each, with its line', () => {
    const source = [
      'const rows = await sql<{ id: string }[]>`',
      '  select id from hosts',
      '  where port > 22',
      '    and deleted_at is null',
      '  order by id desc`',
      `const held = tx\`select pg_try_advisory_xact_lock(hashtextextended(id::text, ${inserted('KEY')})) as locked\``,
    ].join('\n')
    expect(changesOf(source)).toEqual(
      expect.arrayContaining([
        ['3', 'where port > 22', 'where port >= 22'],
        ['4', 'and deleted_at is null', 'and deleted_at is not null'],
        ['4', 'and deleted_at is null', ''],
        ['5', 'order by id desc`', 'order by id asc`'],
        ['5', 'order by id desc`', '`'],
        [
          '6',
          expect.stringContaining('pg_try_advisory_xact_lock'),
          expect.stringContaining('select true as locked'),
        ],
      ]),
    )
  })

  it('the mutants of a statement leave alone what is inserted into it and what is no statement', () => {
    const [port, isNew] = [inserted('port > 22 ? 1 : 2'), inserted('isNew')]
    const source = `const is = port > 22\nawait tx\`select ${port} as port where ${isNew} = true\``
    expect(changesOf(source).map(([, , replacement]) => replacement)).toEqual([
      `await tx\`select ${port} as port where ${isNew} <> true\``,
      `await tx\`select ${port} as port where ${isNew} = false\``,
    ])
  })

  it('a mutant of a statement is the whole file with that one change in it', () => {
    const source = 'before\ntx`update hosts set port = 22 where id = 1`\nafter'
    expect(sqlMutantsOf(source).map((mutant) => mutant.source)).toEqual([
      'before\ntx`update hosts set port = 22 where id <> 1`\nafter',
    ])
  })
})
