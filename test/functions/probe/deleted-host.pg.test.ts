import { describe, expect, it } from 'vitest'
import { claimHosts } from '../../../shared/db/claims.ts'
import { type AnySql, connect, type Sql } from '../../../shared/db/client.ts'
import { saveProbes } from '../../../shared/db/liveness.ts'
import type { HostId } from '../../../shared/domain/ids.ts'
import { ANSWER, environment, FAILURE, invoke } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'
import { heldBack, waitsForLock } from '../../support/postgres/held-back.ts'

const HOSTS = 500
const deletion = (id: HostId | undefined) => async (sql: AnySql) => {
  await sql`delete from hosts where id = ${id ?? ''}`
}
const rowsOf = (sql: Sql) => sql<{ host_id: string }[]>`
  select host_id from host_liveness where consecutive_failures > 0`

describe('a host that is deleted for good while its probe is saved', () => {
  it.each([
    ['has been probed before', true],
    ['was never probed', false],
  ])(
    'a host that is deleted for good while its probe is saved, and %s, costs its own row and event, and no other',
    async (_, isKnown) => {
      await using db = await freshDatabase()
      await using deps = environment(db)
      await db.sql`update policy set failures_to_go_down = 1, hold_above_percent = 0`
      const hosts = await addHosts(db.sql, HOSTS)
      if (isKnown) await invoke(deps, hosts, async () => ANSWER)
      await db.sql`delete from audit_events`
      const [doomed] = hosts
      const other = connect(db.owner)
      const held = heldBack(other, deletion(doomed))
      const outcomes = invoke(deps, hosts, async () => {
        await held.isDone
        return FAILURE
      })
      await waitsForLock(db.sql, 'awareness_probe')
      held.commit()
      await held.ended
      expect(await outcomes).toHaveLength(HOSTS)
      await other.end()

      const kept = (await rowsOf(db.sql)).map(({ host_id }) => host_id)
      expect(kept.toSorted()).toEqual(hosts.slice(1).toSorted())
      const reported = await db.sql<{ id: string }[]>`select resource_id as id from audit_events`
      expect(reported.map(({ id }) => id).toSorted()).toEqual(hosts.slice(1).toSorted())
    },
  )

  it('a host that is deleted for good while its probe is saved is deleted when the probe has saved it, and its row goes along', async () => {
    await using db = await freshDatabase()
    const hosts = await addHosts(db.sql, 1)
    const probe = connect(db.as('awareness_probe'))
    const held = heldBack(probe, async (tx) => {
      const claim = await claimHosts(tx, hosts)
      const attempt = { attemptedAt: new Date(), scheduledFor: null }
      const inconclusive = claim.hosts.map((host) => ({ host, reason: 'EMFILE' }))
      await saveProbes(tx, { ...attempt, observed: [], inconclusive }, [])
    })
    await held.isDone
    const deleted = deletion(hosts[0])(db.sql)
    await waitsForLock(db.sql, 'postgres')
    held.commit()
    await Promise.all([held.ended, deleted])
    await probe.end()
    expect(await db.sql`select host_id from host_liveness`).toEqual([])
  })
})
