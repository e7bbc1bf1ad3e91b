import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { publishFunction } from '../../support/functions/publish.ts'
import { playedFleet } from './played-fleet.ts'

const HOSTS = 14
const RUNS = 6
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))

/** What happens to the fleet, and for how many minutes it is left alone then. */
const anyChange = fc.record({
  isNetworkAway: fc.boolean(),
  isFanOutFrozen: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  dead: fc.array(fc.nat({ max: HOSTS - 1 }), { maxLength: HOSTS }),
  minutes: fc.integer({ min: 1, max: 20 }),
})

type Row = { id: string; action: string; host: string; prior: string; became: string }

it('whatever fails and whenever the prober is suspect, the audit rows are the changes of status, and the bus has each once', async () => {
  process.stdout.write(`any outages, ${RUNS} runs; again: FUZZ_SEED=${SEED}\n`)
  await fc.assert(
    fc.asyncProperty(fc.array(anyChange, { minLength: 3, maxLength: 6 }), async (changes) => {
      await using fleet = await playedFleet({ hosts: HOSTS, cadenceMinutes: 2, hostsPerSchedule: 1 })
      await using publish = await publishFunction({ on: fleet.db })
      for (const { isNetworkAway, isFanOutFrozen, dead, minutes } of changes) {
        Object.assign(fleet, { isNetworkAway, isFanOutFrozen })
        fleet.dead.clear()
        for (const i of dead) fleet.dead.add(fleet.hostIds[i] as never)
        await fleet.playUntil(fleet.minute() + minutes)
      }
      // Long enough for any hold to end, and for every host to be seen as it is.
      Object.assign(fleet, { isNetworkAway: false, isFanOutFrozen: false })
      await fleet.playUntil(fleet.minute() + 30)
      await publish.run()

      const rows = await fleet.db.sql<Row[]>`
        select id, action, resource_id as host, detail ->> 'prior_status' as prior, detail ->> 'new_status' as became
        from audit_events
        order by sequence`
      const onBus = publish.delivered.map(({ detail }) => String(detail.id))
      expect(onBus.toSorted()).toEqual(rows.map(({ id }) => id).toSorted())
      await expectChangesOfStatus(fleet.db.sql, rows, fleet.dead)

      const ofProber = rows.filter(({ action }) => action.startsWith('prober.')).map(({ action }) => action)
      const expected = ofProber.map((_, i) => (i % 2 === 0 ? 'prober.suspect' : 'prober.trusted'))
      expect(ofProber).toEqual(expected)
      expect(ofProber.length % 2).toBe(0)
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: true },
  )
})

type Sql = Awaited<ReturnType<typeof playedFleet>>['db']['sql']

/** Each event of a host begins where the one before it ended, and the last one is how the host is. */
async function expectChangesOfStatus(
  sql: Sql,
  rows: readonly Row[],
  dead: ReadonlySet<string>,
): Promise<void> {
  const states = await sql<{ id: string; status: string }[]>`
    select host_id as id, reachability_status as status from host_liveness`
  expect(states).toHaveLength(HOSTS)
  for (const { id, status } of states) {
    const changes = rows.filter(({ host, became }) => host === id && became !== null)
    expect(changes.map(({ prior }) => prior)).toEqual(
      ['unknown', ...changes.slice(0, -1).map(({ became }) => became)].slice(0, changes.length),
    )
    expect(changes.at(-1)?.became ?? 'unknown').toBe(status)
    expect(status).toBe(dead.has(id) ? 'unreachable' : 'reachable')
  }
}
