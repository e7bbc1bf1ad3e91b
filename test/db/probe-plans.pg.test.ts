import { expect, it } from 'vitest'
import { claimHosts } from '../../shared/db/claims.ts'
import { connect, type Sql } from '../../shared/db/client.ts'
import { readChangeHistories } from '../../shared/db/flapping.ts'
import { saveProbes } from '../../shared/db/liveness.ts'
import { addHosts } from '../support/hosts.ts'
import { freshDatabase } from '../support/postgres/database.ts'

const FLEET = 5000
const HOUR_MS = 3_600_000

const wholeReads = async (sql: Sql): Promise<number> => {
  const [row] = await sql<{ reads: number }[]>`
    select sum(seq_scan)::int as reads from pg_stat_user_tables where relname in ('hosts', 'host_liveness', 'audit_events', 'maintenance_hosts', 'flapping_spells')`
  return row?.reads ?? 0
}

it('one invocation of the probe function never reads a whole table, even while statistics are missing', async () => {
  await using db = await freshDatabase()
  await db.sql`alter table hosts set (autovacuum_enabled = off)`
  await db.sql`alter table host_liveness set (autovacuum_enabled = off)`
  await db.sql`alter table audit_events set (autovacuum_enabled = off)`
  const hosts = await addHosts(db.sql, FLEET)
  const probe = connect(db.as('awareness_probe'))
  const readsBy = async (count: number): Promise<number> => {
    const before = await wholeReads(db.sql)
    await probe.begin(async (tx) => {
      const claim = await claimHosts(tx, hosts.slice(0, count))
      const reachability = { status: 'reachable', consecutiveFailures: 0, consecutiveSuccesses: 1 } as const
      const found = { responseMs: 1, errorType: null, identification: null, hasChanged: true }
      const observed = claim.hosts.map((host) => ({ host, reachability, ...found }))
      expect(observed).toHaveLength(count)
      await readChangeHistories(tx, hosts.slice(0, count), new Date(), HOUR_MS)
      await saveProbes(tx, { attemptedAt: new Date(), scheduledFor: null, observed, inconclusive: [] }, [])
    })
    await probe`select pg_stat_force_next_flush()`
    return (await wholeReads(db.sql)) - before
  }
  // First with their first rows, then with rows that are there; often enough for a plan that is kept.
  for (const count of [1, 500, 1, 500, 1, 1, 1, 1, 1, 1, 1, 500]) expect(await readsBy(count)).toBe(0)
  await probe.end()
})
