import { expect, it, vi } from 'vitest'
import type { DeliveredEvent } from '../../../infra/local/emulators/event-bus/put-events.ts'
import { createProbeLambda } from '../../../infra/local/functions.ts'
import { startPublishing } from '../../../infra/local/publishing.ts'
import { collectOutput } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { writeChanges } from '../../support/published-events.ts'

async function publishing(db: TestDatabase) {
  const delivered: DeliveredEvent[] = []
  const faults: unknown[] = []
  const surroundings = {
    database: { owner: db.sql, ownerSignIn: db.owner, as: db.as, isShared: false, close: async () => {} },
    now: () => new Date(),
    log: collectOutput().stream,
  }
  const run = await startPublishing({
    ...surroundings,
    onEvent: (event) => void delivered.push(event),
    onFault: (error) => void faults.push(error),
  })
  return { ...run, surroundings: { ...surroundings, log: run.log }, delivered, faults }
}

it('a change is on the bus soon after the function that found it has logged it', async () => {
  await using db = await freshDatabase()
  await db.sql`update policy set failures_to_go_down = 1, hold_above_percent = 0`
  const [hostId = ''] = await addHosts(db.sql, 1)
  const local = await publishing(db)
  const probe = createProbeLambda(local.surroundings)
  await probe.invoke({ hostIds: [hostId], cause: 'test' })
  await vi.waitFor(() => expect(local.delivered).toHaveLength(1), 10_000)
  expect(local.delivered).toMatchObject([
    {
      'detail-type': 'host.connectivity.checked',
      detail: { stage: 'local', host: { id: hostId, name: 'host-1' }, new_status: 'unreachable' },
    },
  ])
  await probe.drain()
  await local.stop()
  expect(local.faults).toEqual([])
})

it('what no log line has announced is published by the minute clock, and at the end', async () => {
  await using db = await freshDatabase()
  const hosts = await addHosts(db.sql, 2)
  const local = await publishing(db)
  await writeChanges(db, hosts.slice(0, 1))
  await local.publish.invoke({})
  expect(local.delivered).toHaveLength(1)
  await writeChanges(db, hosts.slice(1))
  await local.stop()
  expect(local.delivered).toHaveLength(2)
  expect(local.faults).toEqual([])
})
