import { describe, expect, it } from 'vitest'
import { ZodError } from 'zod'
import { createProbeHandler } from '../../functions/probe/handler.ts'
import { bent } from '../support/bent-json.ts'
import { fanOutFunction } from '../support/functions/fan-out.ts'
import { operatorOf } from '../support/functions/operate.ts'
import { environment, lambdaContext } from '../support/functions/probe.ts'
import { FUZZ_TIMEOUT_MS, fuzz } from '../support/fuzzing.ts'
import { addHosts } from '../support/hosts.ts'
import { freshDatabase } from '../support/postgres/database.ts'

const STRANGER = '00000000-0000-4000-8000-00000000000a'

/** The answer, or null where the event was refused for what it is. Any other fault is a crash. */
async function answered<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ZodError) return null
    throw error
  }
}

describe('an event with anything in it', () => {
  it('an event with anything in it is refused by the probe function, or each of its hosts gets one outcome', {
    timeout: FUZZ_TIMEOUT_MS,
  }, async () => {
    await using db = await freshDatabase()
    await using deps = environment(db)
    const [host = ''] = await addHosts(db.sql, 1)
    await db.sql`update hosts set port = 1`
    const handler = createProbeHandler(deps)
    const events = bent(
      { hostIds: [host, STRANGER], scheduledTime: '2026-01-01T10:00:00Z', cause: 'schedule' },
      { hostIds: [host], scheduledTime: '2026-01-01T10:00:00.5+02:00' },
      { hostIds: [host], scheduledTime: '<aws.scheduler.scheduled-time>' },
      { hostIds: [STRANGER] },
    )
    await fuzz(events, 300, async (event) => {
      await db.sql`update host_liveness set last_scheduled_for = null`
      const answer = await answered(handler(event, lambdaContext()))
      if (answer === null) return
      const ids = answer.outcomes.map(({ hostId }) => hostId)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.length).toBeGreaterThan(0)
    })
  })

  it('an event with anything in it is refused by the fan-out, or answered with what was done', {
    timeout: FUZZ_TIMEOUT_MS,
  }, async () => {
    await using fanOut = await fanOutFunction()
    const events = bent(
      {},
      { time: '2030-01-01T12:00:00Z' },
      { time: '2030-01-01T00:00:00Z', sweep: false },
      { sweep: true },
    )
    await fuzz(events, 150, async (event) => {
      const answer = await answered(fanOut.run(event))
      if (answer !== null) expect(answer).toMatchObject({})
    })
  })

  it('an event with anything in it is refused by the operate function, or answered', {
    timeout: FUZZ_TIMEOUT_MS,
  }, async () => {
    await using db = await freshDatabase()
    await using operator = operatorOf(db)
    const host = { id: STRANGER, name: 'web', address: '192.0.2.1', port: 22 }
    const events = bent(
      { command: 'hosts', state: 'reachable', after: { name: 'web', id: STRANGER }, limit: 10 },
      { command: 'hosts' },
      { command: 'find', text: 'web' },
      { command: 'host', hostId: STRANGER },
      { command: 'import', hosts: [host, { address: '2001:db8::1', name: 'db' }] },
      { command: 'remove', hostIds: [STRANGER] },
      { command: 'policy' },
      { command: 'policy.set', changes: { failures_to_go_down: 3, drift_minor_worsening_pp: 4.5 } },
      { command: 'policy.set', changes: { allowed_addresses: 'global,loopback', drift_basis: 'all_rules' } },
      {
        command: 'events',
        since: '2026-01-01T00:00:00Z',
        hostId: STRANGER,
        action: 'policy.changed',
        limit: 5,
      },
    )
    await fuzz(events, 500, async (event) => {
      const answer = await answered(operator.invoke(event))
      if (answer !== null) expect(JSON.parse(JSON.stringify(answer))).toEqual(expect.anything())
    })
  })
})
