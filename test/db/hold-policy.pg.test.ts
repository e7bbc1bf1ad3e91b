import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { AuditEventRow } from '../../shared/contracts/audit-event.ts'
import { addHost } from '../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres/database.ts'

const MIGRATION = readFileSync(
  new URL('../../migrations/020.do.confirm-and-hold-policy.sql', import.meta.url),
  'utf8',
)

/** A database as a version before left it, with a host and this setting. */
async function oldDatabase(notify: string): Promise<TestDatabase> {
  const db = await freshDatabase()
  await addHost(db.sql)
  await db.sql`
    alter table policy
      drop column confirm_after_seconds, drop column hold_min_hosts, drop column hold_above_percent,
      drop column hold_at_most_minutes`
  await db.sql`update policy set notify = ${notify}`
  return db
}

it.each([
  ['down,up,major', 'down,up,major,prober', 1],
  ['down', 'down', 0],
  ['', '', 0],
])('the kinds "%s" of an old database become "%s", with %i event', async (before, after, events) => {
  await using db = await oldDatabase(before)
  await db.sql.unsafe(MIGRATION)
  expect(await db.sql`select notify, hold_above_percent from policy`).toEqual([
    { notify: after, hold_above_percent: 50 },
  ])
  const rows =
    await db.sql`select action, severity, outcome, resource_type, resource_id, detail from audit_events`
  expect(rows).toHaveLength(events)
  for (const row of rows) AuditEventRow.parse(row)
})
