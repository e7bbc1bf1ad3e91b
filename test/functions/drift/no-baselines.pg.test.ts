import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freshDatabase } from '../../support/postgres/database.ts'
import { ROOT, repositoryFiles, sourceFiles } from '../../support/repository.ts'

/** What identifies a row. The drift role must see it to pass over a row that is there already. */
const KEYS = ['id', 'host_id', 'scan_id']

it('the migrated schema has no table, view, column or function of baselines', async () => {
  await using db = await freshDatabase()
  const names = await db.sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace
    union all
    select attname from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = 'public'::regnamespace
    union all
    select proname from pg_proc where pronamespace = 'public'::regnamespace`
  expect(names.map(({ name }) => name)).toEqual(expect.arrayContaining(['transactions', 'host_rule_state']))
  expect(names.filter(({ name }) => /baseline/i.test(name))).toEqual([])
})

it('the drift function can read nothing that it can write but keys, so no verdict rests on an earlier one', async () => {
  await using db = await freshDatabase()
  const readable = await db.sql<{ place: string; name: string }[]>`
    select c.relname as place, a.attname as name
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
      and has_any_column_privilege('awareness_drift', c.oid, 'insert, update')
      and has_column_privilege('awareness_drift', c.oid, a.attnum, 'select')`
  expect(readable).toContainEqual({ place: 'audit_events', name: 'id' })
  expect(readable.filter(({ name }) => !KEYS.includes(name))).toEqual([])
})

it('no statement of the sources and the migrations names a baseline', () => {
  const sql = repositoryFiles('.sql').map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
  const code = sourceFiles().filter(({ path }) => /^(shared|functions|cli|infra)\//.test(path))
  expect(sql.length).toBeGreaterThan(0)
  const statements = [...sql, ...code].map(({ path, text }) => ({
    path,
    // The word may stand in a comment, and in the reason for which a first scan is stable.
    text: text.replaceAll(/--.*$|\/\/.*$|\/\*[\s\S]*?\*\//gm, '').replaceAll("'no_prior_baseline'", ''),
  }))
  expect(statements.filter(({ text }) => /baseline/i.test(text)).map(({ path }) => path)).toEqual([])
})
