import { describe, expect, it } from 'vitest'
import { type AnySql, connect, type Sql } from '../../../shared/db/client.ts'
import { readFleet } from '../../../shared/db/fleet-snapshot.ts'
import { listHosts, markHostsDeleted, upsertHosts } from '../../../shared/db/hosts.ts'
import type { HostId } from '../../../shared/domain/ids.ts'
import { ANSWER, environment, FAILURE, invoke } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'
import { heldBack, waitsForLock } from '../../support/postgres/held-back.ts'

const MONTHS = 200 * 24 * 60 * 60 * 1000

type Change = (sql: AnySql, id: HostId) => Promise<unknown>

/** As an import does it, with what is different of the host. */
const imported =
  (different: { address?: string; port?: number; name?: string }): Change =>
  async (sql, id) => {
    let known = { name: 'host-1', address: '127.0.0.1', port: 10_001 }
    const host = (await listHosts(sql)).find((listed) => listed.id === id)
    if (host !== undefined) known = host
    await upsertHosts(sql, [{ ...known, id, ...different }])
  }

const backAgain: Change = async (sql, id) => {
  await markHostsDeleted(sql, [id])
  await imported({})(sql, id)
}

const CHANGES: readonly (readonly [string, Change])[] = [
  ['at another address', imported({ address: '127.0.0.2' })],
  ['at another port', imported({ port: 2222 })],
  ['back after it had left the fleet', backAgain],
  ['at another address that somebody set by SQL', (sql) => sql`update hosts set ip_address = '::1'`],
  [
    'back because somebody undid its deletion by SQL',
    async (sql) => {
      await sql`update hosts set deleted_at = now()`
      await sql`update hosts set deleted_at = null`
    },
  ],
]

const state = (sql: Sql) => sql`
  select reachability_status as status, consecutive_failures as failures, consecutive_successes as successes,
         last_probe_at, last_attempt_at, last_error_type, ssh_identification, last_state_change_at, last_scheduled_for
  from host_liveness`

const NOTHING_KNOWN = {
  status: 'unknown',
  failures: 0,
  successes: 0,
  last_probe_at: null,
  last_attempt_at: null,
  last_error_type: null,
  ssh_identification: null,
  last_state_change_at: null,
  last_scheduled_for: null,
}

describe('a host starts anew', () => {
  it.each(CHANGES)(
    'a host that is %s starts anew: nothing is known of it, and one failure calls it down no more',
    async (_, change) => {
      await using db = await freshDatabase()
      await using deps = environment(db)
      const operate = connect(db.as('awareness_operate'))
      const hosts = await addHosts(db.sql, 1)
      const [host] = hosts as [HostId]
      await invoke(deps, hosts, async () => ANSWER, new Date('2026-01-01T10:00:00Z'))
      await invoke(deps, hosts, async () => FAILURE)
      await operate.begin((tx) => change(tx, host))
      await operate.end()
      expect(await state(db.sql)).toEqual([NOTHING_KNOWN])

      const [outcome] = await invoke(deps, hosts, async () => FAILURE, new Date('2026-01-01T10:00:00Z'))
      expect(outcome).toMatchObject({
        outcome: 'probed',
        step: { next: { status: 'unknown', consecutiveFailures: 1 } },
      })
      expect(await state(db.sql)).toMatchObject([{ status: 'unknown', failures: 1 }])
    },
  )

  it.each(CHANGES)(
    'a host that is %s starts anew: how long it waits for its probe counts from then',
    async (_, change) => {
      await using db = await freshDatabase()
      const months = new Date(Date.now() - MONTHS)
      await using deps = environment(db, () => months)
      const hosts = await addHosts(db.sql, 1)
      const [host] = hosts as [HostId]
      await db.sql`update hosts set created_at = ${months}`
      await invoke(deps, hosts, async () => ANSWER)
      await change(db.sql, host)
      const fleet = await db.sql.begin((tx) => readFleet(tx, new Date()))
      expect(Math.abs(Date.now() - fleet.hosts.waitingSinceMsAt(0))).toBeLessThan(60_000)
    },
  )

  it('a host that only has another name, or is imported as it is, does not start anew', async () => {
    await using db = await freshDatabase()
    await using deps = environment(db)
    const hosts = await addHosts(db.sql, 1)
    const [host] = hosts as [HostId]
    await invoke(deps, hosts, async () => ANSWER)
    const before = await state(db.sql)
    await imported({ name: 'another' })(db.sql, host)
    await imported({})(db.sql, host)
    await db.sql`update hosts set deleted_at = now()`
    expect(await state(db.sql)).toEqual(before)
  })
})

describe('a probe that was under way when its host started anew', () => {
  const KNOWN = [
    ['a known host', true],
    ['a host that was never probed', false],
  ] as const

  it.each(KNOWN)(
    'a probe of %s that was under way when its host started anew saves nothing and reports nothing',
    async (_, isKnown) => {
      await using db = await freshDatabase()
      await using deps = environment(db)
      await db.sql`update policy set failures_to_go_down = 1, hold_above_percent = 0`
      const hosts = await addHosts(db.sql, 2)
      const [moved, other] = hosts as [HostId, HostId]
      if (isKnown) await invoke(deps, hosts, async () => ANSWER)
      await db.sql`delete from audit_events`
      await invoke(deps, hosts, async ({ port }) => {
        if (port === 10_001) await imported({ address: '127.0.0.2' })(db.sql, moved)
        return FAILURE
      })
      expect(
        await db.sql`select reachability_status as status from host_liveness where host_id = ${moved}`,
      ).toEqual([{ status: 'unknown' }])
      expect(await db.sql`select resource_id from audit_events`).toEqual([{ resource_id: other }])
    },
  )

  it.each(KNOWN)(
    'a probe of %s that was under way when its host started anew saves nothing either when the change is not committed yet',
    async (_, isKnown) => {
      await using db = await freshDatabase()
      await using deps = environment(db)
      await db.sql`update policy set failures_to_go_down = 1, hold_above_percent = 0`
      const hosts = await addHosts(db.sql, 2)
      const [moved, other] = hosts as [HostId, HostId]
      if (isKnown) await invoke(deps, hosts, async () => ANSWER)
      await db.sql`delete from audit_events`
      const operate = connect(db.as('awareness_operate'))
      const held = heldBack(operate, async (tx) => {
        await imported({ port: 2222 })(tx, moved)
      })
      const outcomes = invoke(deps, hosts, async () => {
        await held.isDone
        return FAILURE
      })
      await waitsForLock(db.sql, 'awareness_probe')
      held.commit()
      await held.ended
      await outcomes
      await operate.end()
      expect(
        await db.sql`select reachability_status as status from host_liveness where host_id = ${moved}`,
      ).toEqual([{ status: 'unknown' }])
      expect(await db.sql`select resource_id from audit_events`).toEqual([{ resource_id: other }])
    },
  )
})

describe('an import that moves a whole fleet while it is probed', () => {
  it('an import that moves a whole fleet while it is probed does not deadlock with the invocations that save it', async () => {
    await using db = await freshDatabase()
    await using stack = new AsyncDisposableStack()
    const hosts = await addHosts(db.sql, 500)
    const invocations = Array.from({ length: 2 }, (_, i) => {
      const deps = stack.use(environment(db))
      const mine = hosts.filter((__, n) => n % 2 === i).toReversed()
      return async () => {
        for (let round = 0; round < 15; round++) await invoke(deps, mine, async () => ANSWER)
      }
    })
    const operate = connect(db.as('awareness_operate'))
    const moves = async () => {
      for (let round = 0; round < 15; round++) {
        const fleet = await listHosts(operate)
        await upsertHosts(
          operate,
          fleet.map((host) => ({ ...host, port: 20_000 + round })),
        )
      }
    }
    await Promise.all([...invocations.map((run) => run()), moves()])
    await operate.end()
    const rows = await db.sql`select incarnation from host_liveness where incarnation <> 15`
    expect(rows).toEqual([])
  })
})
