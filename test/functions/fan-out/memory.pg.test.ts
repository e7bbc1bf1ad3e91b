import { expect, it } from 'vitest'
import { instantScheduler } from '../../support/fan-out-at-scale/instant-scheduler.ts'
import { bundleInvocations } from '../../support/fan-out-at-scale/invocations.ts'
import { addLargeFleet, settleSchedules } from '../../support/fan-out-at-scale/large-fleet.ts'
import { freshDatabase } from '../../support/postgres/database.ts'

const HOSTS = 50_000
/** Less than the objects of so many hosts or schedules take; twenty times as many fit into Lambda's (`npm run bench`). */
const HEAP_MIB = 24
const MOST_RESIDENT_MIB = 150
const CALLS = 2_000

it('a fleet of 50,000 hosts fits into little memory: with all schedules to create, with none to change, and when a host is shown', async () => {
  await using db = await freshDatabase()
  await using scheduler = await instantScheduler()
  using functions = await bundleInvocations()
  const [database, heapMiB] = [db.as('awareness_fan_out'), HEAP_MIB]
  await addLargeFleet(db.sql, HOSTS)

  const first = await functions.fanOut({
    database,
    heapMiB,
    scheduler: scheduler.endpoint,
    stopAfter: scheduler.untilChanges(CALLS),
  })
  expect(first.schedules).toMatchObject({ wanted: HOSTS, leftOver: HOSTS - first.schedules.put })
  expect(first.schedules.put).toBeGreaterThanOrEqual(CALLS - 100)
  expect(first.residentMiB).toBeLessThan(MOST_RESIDENT_MIB)

  await settleSchedules(db.sql, 1)
  const unchanged = await functions.fanOut({ database, heapMiB })
  expect(unchanged.schedules).toMatchObject({ wanted: HOSTS, applied: HOSTS, put: 0, leftOver: 0 })
  expect(unchanged.residentMiB).toBeLessThan(MOST_RESIDENT_MIB)

  await settleSchedules(db.sql, 500)
  const packed = await functions.fanOut({ database, heapMiB })
  expect(packed.schedules).toMatchObject({ applied: packed.schedules.wanted, put: 0, leftOver: 0 })
  expect(packed.residentMiB).toBeLessThan(MOST_RESIDENT_MIB)

  const [host] = await db.sql<{ id: string }[]>`select id from hosts limit 1`
  const operator = db.as('awareness_operate')
  const shown = await functions.operate({
    database: operator,
    heapMiB,
    command: { command: 'host', hostId: host?.id },
  })
  expect(shown.answer).toMatchObject({ outcome: 'found', schedule: { state: 'applied' } })
  expect(shown.residentMiB).toBeLessThan(MOST_RESIDENT_MIB)
})
