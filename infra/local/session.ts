import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { FleetHost } from '../../shared/contracts/fleet-row.ts'
import { allowLoopback, readAllowedAddresses } from '../../shared/db/allowed-addresses.ts'
import { setProbeCadence } from '../../shared/db/probe-cadence.ts'
import { addressFault } from '../../shared/domain/addresses.ts'
import { DEFAULT_INTERVAL_MS } from '../../shared/domain/cadence.ts'
import type { Command } from './command-line.ts'
import { parseDatabaseUrl } from './database/database-url.ts'
import { openEmbeddedDatabase } from './database/embedded.ts'
import type { LocalDatabase } from './database/local-database.ts'
import { openOwnDatabase } from './database/own.ts'
import { openTemporaryDatabase } from './database/temporary.ts'
import { UserFault } from './fault.ts'
import { type Demonstration, startDemonstration } from './fleet/demonstration.ts'
import { syncFleet } from './fleet/sync-fleet.ts'
import { openFunctionLog } from './function-log.ts'
import { isOpenToAll } from './postgres/binaries.ts'
import type { Resources } from './resources.ts'
import { stateFolder } from './state-folder.ts'
import { counted } from './view/wording.ts'

/** What a run of either kind works with. */
export type Session = {
  readonly database: LocalDatabase
  readonly hosts: readonly FleetHost[]
  /** Null when the fleet is the user's own. */
  readonly demonstration: Demonstration | null
  readonly log: Writable
}

export type SessionWorld = {
  readonly databaseUrl: string | undefined
  readonly resources: Resources
  /** A line for the user, beside the output. */
  readonly note: (line: string) => void
  readonly onLoading: (loaded: number, total: number) => void
}

/** Opens the database and brings the fleet into it. `fleet` is null for the demonstration. */
export async function openSession(
  command: Command,
  fleet: readonly FleetHost[] | null,
  world: SessionWorld,
): Promise<Session> {
  const folder = fleet === null ? temporaryFolder(world.resources) : keptFolder(world)
  const log = command.verbose ? process.stderr : openFunctionLog(join(folder, 'functions.log'))
  const database = await openDatabaseOf(fleet === null, folder, world.databaseUrl)
  world.resources.onClose(database.close)
  const demonstration = fleet === null ? await startDemonstration() : null
  if (demonstration !== null) {
    world.resources.onClose(demonstration.stop)
    demonstration.notes.forEach(world.note)
  }
  const hosts = fleet ?? demonstration?.hosts ?? []
  await allowAddresses(database, hosts)
  const change = await syncFleet(database, hosts, world.onLoading)
  if (change.removed > 0) {
    world.note(
      `${counted(change.removed, 'host')} of the last run ${change.removed === 1 ? 'is' : 'are'} no longer in the file, and now marked as deleted`,
    )
  }
  if (change.others > 0) {
    world.note(
      `${counted(change.others, 'other host')} in this database stay as they are, and are probed by schedule as well`,
    )
  }
  await setCadence(database, command)
  return { database, hosts: change.hosts, demonstration, log }
}

function temporaryFolder(resources: Resources): string {
  // A server that root starts runs as another account, which may not enter root's own temporary folder.
  const parent = process.getuid?.() !== 0 || isOpenToAll(tmpdir()) ? tmpdir() : '/tmp'
  const folder = mkdtempSync(join(parent, 'fleet-awareness-demonstration-'))
  resources.onClose(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function keptFolder({ note, databaseUrl }: SessionWorld): string {
  const { folder, reason } = stateFolder()
  if (reason !== null && databaseUrl === undefined) note(`state is kept in ${folder}: ${reason}`)
  return folder
}

function openDatabaseOf(isDemonstration: boolean, folder: string, url?: string): Promise<LocalDatabase> {
  if (url !== undefined) {
    const to = parseDatabaseUrl(url, process.env.USER ?? 'postgres')
    return isDemonstration ? openTemporaryDatabase(to) : openOwnDatabase(to)
  }
  // A temporary server removes its folder, also when this program was killed: all that is temporary is in there.
  return isDemonstration
    ? openEmbeddedDatabase({ folder, temporary: true })
    : openEmbeddedDatabase({ folder: join(folder, 'postgres'), temporary: false })
}

/**
 * A machine may probe itself, but not by the word of a database that others set up.
 *
 * @throws UserFault naming each host that this database's policy does not allow.
 */
async function allowAddresses(
  { owner, isShared }: LocalDatabase,
  hosts: readonly FleetHost[],
): Promise<void> {
  if (!isShared) await allowLoopback(owner)
  const allowed = await readAllowedAddresses(owner)
  const faults = hosts.flatMap(({ name, address }) => {
    const fault = addressFault(address, allowed)
    return fault === null ? [] : [`${name}: ${fault}`]
  })
  if (faults.length > 0) throw new UserFault(faults)
}

/** What is not asked for is the default, except in a database that may be set up by others. */
function setCadence({ owner, isShared }: LocalDatabase, command: Command): Promise<void> {
  const intervalMs = command.intervalMs ?? (isShared ? null : DEFAULT_INTERVAL_MS)
  return setProbeCadence(owner, {
    intervalSeconds: intervalMs === null ? null : Math.round(intervalMs / 1000),
    hostsPerSchedule: command.hostsPerSchedule ?? (isShared ? null : 1),
  })
}
