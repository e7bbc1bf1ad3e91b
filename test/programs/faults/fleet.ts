import { randomUUID } from 'node:crypto'
import type { Sql } from '../../../shared/db/client.ts'
import { upsertHosts } from '../../../shared/db/hosts.ts'
import { type HostId, parseHostId } from '../../../shared/domain/ids.ts'
import type { FaultyDatabase } from './database.ts'

export type Target = { readonly address: string; readonly port: number }
type Host = Target & { readonly id: HostId }
type Seen = { readonly id: HostId; readonly status: string; readonly chain: string }

/** What the hosts really do, and what must have been said of it. */
export type Fleet = {
  readonly ids: readonly HostId[]
  /** The next so many hosts in turn change: from up to down, or back. To be called when all is right. */
  readonly flip: (hosts: number) => Promise<void>
  /** Hosts that the database shows in another state than they are in. */
  readonly wrong: () => Promise<number>
  /** A sentence a kind of fault: hosts of which too much, too little or something else was reported. */
  readonly misreported: () => Promise<string[]>
  /** Takes what was reported for right, so that the next scenario is judged by itself. */
  readonly forgive: () => Promise<void>
}

const stateOf = (isUp: boolean): string => (isUp ? 'reachable' : 'unreachable')

/** A new fleet, in the database and all up. `setUp` is what makes hosts answer, or not. */
export async function createFleet(
  database: FaultyDatabase,
  targets: readonly Target[],
  setUp: (targets: readonly Target[], isUp: boolean) => Promise<void>,
): Promise<Fleet> {
  const hosts = targets.map((target): Host => ({ ...target, id: parseHostId(randomUUID()) }))
  await upsertHosts(
    database.local.owner,
    hosts.map((host, i) => ({ ...host, name: `host-${i}` })),
  )
  const up = new Set(hosts.map(({ id }) => id))
  const chains = new Map(hosts.map(({ id }) => [id, 'unknown>reachable']))
  let next = 0

  const change = async (changing: readonly Host[], isUp: boolean): Promise<void> => {
    for (const { id } of changing) {
      if (isUp) up.add(id)
      else up.delete(id)
      chains.set(id, `${chains.get(id)} ${stateOf(!isUp)}>${stateOf(isUp)}`)
    }
    await setUp(changing, isUp)
  }
  return {
    ids: hosts.map(({ id }) => id),
    flip: async (count) => {
      const chosen = Array.from({ length: count }, (_, i) => hosts[(next + i) % hosts.length]).filter(
        (host) => host !== undefined,
      )
      next = (next + count) % hosts.length
      const [back, gone] = [chosen.filter(({ id }) => !up.has(id)), chosen.filter(({ id }) => up.has(id))]
      await change(back, true)
      await change(gone, false)
    },
    wrong: async () => {
      const seen = await database.look(readStates)
      return seen.filter(({ id, status }) => status !== stateOf(up.has(id))).length
    },
    misreported: async () => {
      const seen = await database.look(readChains)
      const wrong = seen.filter(({ id, chain }) => chain !== chains.get(id))
      return wrong.slice(0, 3).map(({ id, chain }) => `reported ${chain} instead of ${chains.get(id)}`)
    },
    forgive: async () => {
      for (const { id, chain } of await database.look(readChains)) chains.set(id, chain)
    },
  }
}

const readStates = (sql: Sql): Promise<Pick<Seen, 'id' | 'status'>[]> =>
  sql<Pick<Seen, 'id' | 'status'>[]>`
    select h.id, coalesce(l.reachability_status, 'unknown') as status
    from hosts h
    left join host_liveness l on l.host_id = h.id`

/** By when they were written: the clock of the one who wrote them may be wrong. */
const readChains = (sql: Sql): Promise<Pick<Seen, 'id' | 'chain'>[]> =>
  sql<Pick<Seen, 'id' | 'chain'>[]>`
    select h.id, coalesce(string_agg(
      (e.detail ->> 'prior_status') || '>' || (e.detail ->> 'new_status'), ' ' order by e.recorded_at), '') as chain
    from hosts h
    left join audit_events e on e.resource_id = h.id::text and e.action = 'host.connectivity.checked'
    group by h.id`
