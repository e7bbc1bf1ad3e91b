import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openLocalTransport } from '../../../cli/fleet/local-transport.ts'
import { createOperatorClient } from '../../../cli/fleet/operator-client.ts'
import { type Endpoints, writeEndpoints } from '../../../infra/local/endpoints.ts'
import { UserError } from '../../../shared/domain/errors.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'

const HOUR_MS = 3_600_000

/** The word that a run leaves for its tools. */
function endpointsOf({ owner }: TestDatabase): Endpoints {
  const { host, port, database, username, password } = owner
  if (typeof password !== 'string') throw new Error('the owner signs in with a password')
  const url = 'http://127.0.0.1:1'
  return {
    pid: process.pid,
    database: { host, port, database, username, password },
    sqs: { endpoint: url, queueUrl: url, deadLetterQueueUrl: url },
  }
}

function stateOf(endpoints: Endpoints | null): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-state-'))
  if (endpoints !== null) writeEndpoints(folder, endpoints)
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

describe('the product on this machine', () => {
  it('the product on this machine is operated on its own database, where it says that this is', async () => {
    await using db = await freshDatabase()
    const [id] = await addHosts(db.sql, 1)
    using state = stateOf(endpointsOf(db))
    const { invoke, close } = openLocalTransport({}, state.folder)
    try {
      expect(await createOperatorClient(invoke).ask({ command: 'hosts' })).toMatchObject({ hosts: [{ id }] })
    } finally {
      await close()
    }
  })

  it('the product on this machine is operated by the time of its fleet, which may be ahead of the machine and faster', async () => {
    await using db = await freshDatabase()
    const [hostId] = await addHosts(db.sql, 1)
    if (hostId === undefined) throw new Error('a host was added')
    const machineMs = Date.now()
    const fleetMs = machineMs + 5 * HOUR_MS
    const clock = {
      fleetTime: new Date(fleetMs).toISOString(),
      machineTime: new Date(machineMs - 60_000).toISOString(),
      speed: 60,
    }
    using state = stateOf({ ...endpointsOf(db), clock })
    const { invoke, now, close } = openLocalTransport({}, state.folder)
    try {
      // A minute of the machine's was an hour of the fleet's.
      expect(now().getTime()).toBeGreaterThanOrEqual(fleetMs + HOUR_MS)
      const shown = await createOperatorClient(invoke).ask({ command: 'host', hostId })
      if (shown.outcome !== 'found') throw new Error('not found')
      expect(Date.parse(shown.schedule.next_probe_at)).toBeGreaterThan(fleetMs + HOUR_MS)
    } finally {
      await close()
    }
  })

  it('the product on this machine is asked for where it is not running', () => {
    using state = stateOf(null)
    expect(() => openLocalTransport({}, state.folder)).toThrow(UserError)
  })
})
