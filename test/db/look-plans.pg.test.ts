import { expect, it } from 'vitest'
import { connect } from '../../shared/db/client.ts'
import { glance, readUnconfirmed, readWitnesses } from '../../shared/db/unconfirmed.ts'
import { DEFAULT_HYSTERESIS } from '../../shared/domain/reachability.ts'
import { addLargeFleet } from '../support/fan-out-at-scale/large-fleet.ts'
import { freshDatabase } from '../support/postgres/database.ts'

const FLEET = 100_000

it('a look at 100,000 hosts reads the few that fail by an index, and witnesses come from all over the table', async () => {
  await using db = await freshDatabase()
  await addLargeFleet(db.sql, FLEET)
  await db.sql`
    update host_liveness set last_error_type = 'tcp_timeout', consecutive_failures = 1, last_attempt_at = now()
    where host_id in (select host_id from host_liveness order by host_id limit 40)`
  const fanOut = connect(db.as('awareness_fan_out'))
  const wholeReads = async (): Promise<number> => {
    await fanOut`select pg_stat_force_next_flush()`
    const [row] = await db.sql<{ reads: number }[]>`
      select seq_scan::int as reads from pg_stat_user_tables where relname = 'host_liveness'`
    return row?.reads ?? -1
  }
  const before = await wholeReads()
  const seen = await fanOut.begin((tx) => glance(tx))
  expect(seen.failing).toBe(40)
  const query = {
    attemptedBefore: new Date(Date.now() + 60_000),
    thresholds: DEFAULT_HYSTERESIS,
    isHeld: false,
    limit: 20_000,
  }
  expect(await fanOut.begin((tx) => readUnconfirmed(tx, query))).toHaveLength(40)
  expect((await wholeReads()) - before).toBe(0)

  const witnesses = await fanOut.begin((tx) => readWitnesses(tx, 10))
  expect(new Set(witnesses).size).toBe(10)
  const rows = await db.sql<{ page: number; error: string | null }[]>`
    select (ctid::text::point)[0]::int as page, last_error_type as error
    from host_liveness
    where host_id in ${db.sql(witnesses)}`
  expect(rows.map(({ error }) => error)).toEqual(Array(10).fill(null))
  expect(new Set(rows.map(({ page }) => page)).size).toBeGreaterThan(3)
  await fanOut.end()
})
