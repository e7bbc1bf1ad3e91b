import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DEFAULT_HYSTERESIS, NEVER_PROBED, step } from '../../../shared/domain/reachability.ts'
import { ANSWER, environment, FAILURE, invoke } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'

const HOSTS = 10
/** Which hosts answer, moment after moment. */
const anyWeather = fc.array(fc.array(fc.boolean(), { minLength: HOSTS, maxLength: HOSTS }), { maxLength: 25 })

/** The statuses that a host goes through, by the pure state machine alone. */
function statusesOf(answers: readonly boolean[]): string[] {
  let state = NEVER_PROBED
  return answers.flatMap((answered) => {
    const { next, transition } = step(state, answered ? ANSWER : FAILURE, DEFAULT_HYSTERESIS)
    state = next
    return transition === null ? [] : [transition.to]
  })
}

it('in any weather a host has one row, and its events are its transitions in their order', async () => {
  await fc.assert(
    fc.asyncProperty(anyWeather, async (weather) => {
      await using db = await freshDatabase()
      // A prober that suspects itself has a test of its own.
      await db.sql`update policy set hold_above_percent = 0`
      let minute = 0
      const now = () => new Date(Date.UTC(2026, 0, 1, 0, minute))
      await using deps = environment(db, now)
      const hosts = await addHosts(db.sql, HOSTS)
      for (const moment of weather) {
        minute++
        await invoke(deps, hosts, async ({ port }) => (moment[port - 10_001] ? ANSWER : FAILURE), now())
        await invoke(deps, hosts, async () => FAILURE, now()) // delivered twice
      }
      const events = await db.sql<{ port: number; became: string[] }[]>`
        select h.port, jsonb_agg(e.detail ->> 'new_status' order by e.occurred_at) as became
        from audit_events e join hosts h on h.id::text = e.resource_id
        where e.action = 'host.connectivity.checked'
        group by h.port`
      const expected = hosts.map((_, i) => statusesOf(weather.map((moment) => moment[i] === true)))
      const actual = hosts.map((_, i) => events.find(({ port }) => port === 10_001 + i)?.became ?? [])
      expect(actual).toEqual(expected)
      expect(await db.sql`select host_id from host_liveness`).toHaveLength(weather.length === 0 ? 0 : HOSTS)
    }),
    { numRuns: 15 },
  )
})
