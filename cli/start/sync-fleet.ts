import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { LocalDatabase } from '../../infra/local/postgres/local-database.ts'
import { insertAuditEvents } from '../../shared/db/audit-events.ts'
import { begin, READ_COMMITTED } from '../../shared/db/begin.ts'
import type { Tx } from '../../shared/db/client.ts'
import { addHostSource, listHostsOfSource, releaseSharedHosts } from '../../shared/db/host-sources.ts'
import { listHosts, markHostsDeleted, upsertHosts } from '../../shared/db/hosts.ts'
import type { AuditEvent } from '../../shared/domain/audit-events.ts'
import { fleetHostsAdded, fleetHostsRemoved } from '../../shared/domain/fleet-event.ts'
import type { FileHost, FleetHost } from '../../shared/domain/fleet-host.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import { planImport } from '../../shared/domain/import-plan.ts'

/** A statement of this many takes some tens of milliseconds: the progress shown moves. */
const HOSTS_PER_STATEMENT = 5000

/** Who acts in the audit events of a run; the functions act under names of their own. */
export const START_SERVICE = 'awareness-start'

export type SyncOptions = {
  /** Who brings the hosts: see `fileSource`. */
  readonly source: string
  /** Whether hosts that this source has added, and that the file no longer has, are removed. */
  readonly prune: boolean
  /** Fleet time. */
  readonly now: Date
  readonly onProgress: (loaded: number, total: number) => void
}

export type FleetChange = {
  /** The hosts of the file as they are now in the database. */
  readonly hosts: readonly FleetHost[]
  /** How many hosts that the file no longer has were marked as deleted. */
  readonly removed: number
  /** How many hosts would have been removed with `prune`. */
  readonly prunable: number
  /** How many other hosts the database has: they were added by somebody else. */
  readonly others: number
}

/** Names the runs of one fleet file on this machine. */
export const fileSource = (path: string): string => `file:${hostname()}:${resolve(path)}`

/**
 * Brings the hosts of a fleet file into the database, in one transaction, and removes only what runs of the same
 * file have added and nobody else has.
 */
export function syncFleet(
  { owner, isShared }: LocalDatabase,
  file: readonly FileHost[],
  { source, prune, now, onProgress }: SyncOptions,
): Promise<FleetChange> {
  return begin(owner, READ_COMMITTED, async (tx): Promise<FleetChange> => {
    const { hosts, missing } = planImport(file, await listHosts(tx))
    const changes = await saveInParts(tx, hosts, onProgress)
    // In a database that others use, a host that was there before is theirs.
    const own = isShared ? changes.filter(({ isNew }) => isNew) : hosts
    await addHostSource(tx, source, listIds(own))
    const inFile = new Set(listIds(hosts))
    const dropped = (await listHostsOfSource(tx, source)).filter(({ id }) => !inFile.has(id))
    const gone = await releaseSharedHosts(tx, source, dropped)
    const removed = prune ? await markHostsDeleted(tx, listIds(gone)) : []
    const events = [fleetHostsAdded(source, changes), fleetHostsRemoved(source, removed)]
    await audit(tx, now, events)
    const prunable = gone.length - removed.length
    return { hosts, removed: removed.length, prunable, others: missing.length - gone.length }
  })
}

const listIds = (hosts: readonly { readonly id: HostId }[]): HostId[] => hosts.map(({ id }) => id)

async function saveInParts(
  tx: Tx,
  hosts: readonly FleetHost[],
  onProgress: SyncOptions['onProgress'],
): Promise<Awaited<ReturnType<typeof upsertHosts>>> {
  const changes = []
  for (let loaded = 0; loaded < hosts.length; loaded += HOSTS_PER_STATEMENT) {
    onProgress(loaded, hosts.length)
    changes.push(...(await upsertHosts(tx, hosts.slice(loaded, loaded + HOSTS_PER_STATEMENT))))
  }
  onProgress(hosts.length, hosts.length)
  return changes
}

async function audit(tx: Tx, occurredAt: Date, events: readonly (AuditEvent | null)[]): Promise<void> {
  const common = { correlationId: randomUUID(), actorId: START_SERVICE, occurredAt }
  await insertAuditEvents(
    tx,
    events.flatMap((event) => (event === null ? [] : [{ id: randomUUID(), ...common, event }])),
  )
}
