import { describe, expect, it } from 'vitest'
import { beginHold } from '../../../shared/db/prober-hold.ts'
import { operatorOf } from '../../support/functions/operate.ts'
import { ANSWER, environment, FAILURE, invoke } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'

describe('the status of an installation', () => {
  it('the status of an installation has its hosts by state, those that are overdue, and the version of its database', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    await using probe = environment(db)
    const [up, down, , refused] = await addHosts(db.sql, 4)
    if (!up || !down || !refused) throw new Error('no hosts')
    await invoke(probe, [up], async () => ANSWER)
    for (let i = 0; i < 2; i++) await invoke(probe, [down], async () => FAILURE)
    await invoke(probe, [refused], async () => ({
      kind: 'inconclusive',
      reason: 'address_refused:loopback',
    }))
    await db.sql`update policy set installed_at = now() - interval '1 hour', probe_interval_seconds = 300`
    await db.sql`update hosts set created_at = now() - interval '1 hour'`
    await db.sql`update host_liveness set restarted_at = null where host_id = ${refused}`
    const [{ version } = { version: 0 }] = await db.sql<{ version: number }[]>`
      select max(version)::integer as version from awareness_schema_version`
    expect(await operator.ask({ command: 'status' })).toEqual({
      stage: 'test',
      schema_version: version,
      hosts: { reachable: 1, unreachable: 1, unknown: 2 },
      overdue: 1,
      unprobeable: 1,
      prober: { state: 'trusted', since: null },
      policy: expect.objectContaining({ probe_interval_seconds: 300 }),
      warnings: [],
    })
  })

  it('the status of an installation says since when the prober is suspect', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    const since = new Date('2026-03-01T04:05:06.000Z')
    await db.sql.begin((tx) => beginHold(tx, since))
    expect((await operator.ask({ command: 'status' })).prober).toEqual({
      state: 'suspect',
      since: since.toISOString(),
    })
  })

  it('the status of an installation counts a host as overdue after its longest period and a minute, not before', async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    await addHosts(db.sql, 1)
    await db.sql`update policy set installed_at = now() - interval '1 hour', probe_interval_seconds = 300`
    const overdueAfter = async (seconds: number): Promise<number> => {
      await db.sql`update hosts set created_at = now() - ${`${seconds} seconds`}::interval`
      return (await operator.ask({ command: 'status' })).overdue
    }
    expect(await overdueAfter(390)).toBe(0)
    expect(await overdueAfter(421)).toBe(1)
  })

  it('the status of an installation warns of a server that does not have what the settings ask for yet', async () => {
    await using db = await freshDatabase()
    const [{ actual } = { actual: 0 }] = await db.sql<{ actual: number }[]>`
      select current_setting('max_connections')::integer as actual`
    await using operator = operatorOf(db, undefined, undefined, {
      serverParameters: { max_connections: actual + 100, max_locks_per_transaction: 1 },
    })
    expect((await operator.ask({ command: 'status' })).warnings).toEqual([
      `max_connections is ${actual}, and the settings ask for ${actual + 100}: reboot the database`,
    ])
  })
})
