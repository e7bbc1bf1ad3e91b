import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AuditEventRow } from '../../shared/contracts/audit-event.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres/database.ts'

const MIGRATION = readFileSync(new URL('../../migrations/013.do.whole-minutes.sql', import.meta.url), 'utf8')

/** A database as it was left by a version that let any second be set. */
async function oldDatabase(seconds: number): Promise<TestDatabase> {
  const db = await freshDatabase()
  await db.sql`alter table policy drop constraint probe_interval_in_whole_minutes`
  await db.sql`update policy set probe_interval_seconds = ${seconds}`
  return db
}

describe('the cadence of an old database', () => {
  it.each([
    [61, 60],
    [75, 60],
    [89, 60],
    [90, 120],
    [100, 120],
    [3599, 3600],
  ])(
    'the cadence of an old database of %d s is rounded to %d s, and an audit event says so',
    async (before, after) => {
      await using db = await oldDatabase(before)
      await db.sql.unsafe(MIGRATION)
      expect(await db.sql`select probe_interval_seconds from policy`).toEqual([
        { probe_interval_seconds: after },
      ])
      const events = await db.sql`
      select actor_id, action, severity, outcome, resource_type, resource_id, detail from audit_events`
      expect(events).toEqual([
        {
          actor_id: 'awareness-migrate',
          action: 'policy.changed',
          severity: 'info',
          outcome: 'success',
          resource_type: 'policy',
          resource_id: 'policy',
          detail: {
            before: { probe_interval_seconds: before },
            after: { probe_interval_seconds: after },
            reason: 'the cadence is now set in whole minutes: it was rounded to the nearest',
          },
        },
      ])
      const [{ actor_id: _, ...event } = {}] = events
      AuditEventRow.parse(event)
    },
  )

  it.each([60, 300, 3600])(
    'the cadence of an old database of %d s stays as it is, without an event',
    async (seconds) => {
      await using db = await oldDatabase(seconds)
      await db.sql.unsafe(MIGRATION)
      expect(await db.sql`select probe_interval_seconds from policy`).toEqual([
        { probe_interval_seconds: seconds },
      ])
      expect(await db.sql`select id from audit_events`).toEqual([])
    },
  )

  it('the cadence of an old database takes no other seconds any more', async () => {
    await using db = await freshDatabase()
    await db.sql`update policy set probe_interval_seconds = 120`
    await expect(db.sql`update policy set probe_interval_seconds = 121`).rejects.toThrow(/check constraint/)
  })
})
