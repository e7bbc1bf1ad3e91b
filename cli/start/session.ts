import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { Clock } from '../../infra/local/clock.ts'
import { type Demonstration, startDemonstration } from '../../infra/local/demonstration/fleet.ts'
import { openFunctionLog } from '../../infra/local/function-log.ts'
import { isOpenToAll } from '../../infra/local/postgres/binaries.ts'
import { parseDatabaseUrl } from '../../infra/local/postgres/database-url.ts'
import { openEmbeddedDatabase } from '../../infra/local/postgres/embedded.ts'
import type { LocalDatabase } from '../../infra/local/postgres/local-database.ts'
import { openOwnDatabase } from '../../infra/local/postgres/own.ts'
import { openTemporaryDatabase } from '../../infra/local/postgres/temporary.ts'
import type { Resources } from '../../infra/local/resources.ts'
import { stateFolder } from '../../infra/local/state-folder.ts'
import { allowLoopback, readPolicy } from '../../shared/db/policy.ts'
import { addressFault } from '../../shared/domain/addresses.ts'
import { UserError } from '../../shared/domain/errors.ts'
import type { FileHost, FleetHost } from '../../shared/domain/fleet-host.ts'
import { parseAllowedAddresses } from '../../shared/domain/policy.ts'
import type { Command } from './command-line.ts'
import { openFleetClock } from './fleet-clock.ts'
import { setCadence } from './set-cadence.ts'
import { fileSource, syncFleet } from './sync-fleet.ts'
import { describeSync } from './view/wording.ts'

/** What a run of either kind works with. */
export type Session = {
  readonly database: LocalDatabase
  readonly hosts: readonly FleetHost[]
  /** Null when the fleet is the user's own. */
  readonly demonstration: Demonstration | null
  readonly log: Writable
  /** Fleet time. */
  readonly clock: Clock
}

export type SessionDeps = {
  readonly databaseUrl: string | undefined
  readonly resources: Resources
  /** A line for the user, beside the output. */
  readonly note: (line: string) => void
  readonly onLoading: (loaded: number, total: number) => void
}

/** Opens the database and brings the fleet into it. `fleet` is null for the demonstration. */
export async function openSession(
  command: Command,
  fleet: readonly FileHost[] | null,
  deps: SessionDeps,
): Promise<Session> {
  const folder = fleet === null ? temporaryFolder(deps.resources) : keptFolder(deps)
  const database = await openSessionDatabase(fleet === null, folder, deps.databaseUrl)
  deps.resources.onClose(database.close)
  // After the database: a run that is turned away there leaves the log of the other run alone.
  const log = command.verbose ? process.stderr : openFunctionLog(join(folder, 'functions.log'))
  const demonstration = fleet === null ? await startDemonstration() : null
  if (demonstration !== null) {
    deps.resources.onClose(demonstration.stop)
    demonstration.notes.forEach(deps.note)
  }
  const clock = await openFleetClock(database.owner, command, deps.note)
  const hosts = fleet ?? demonstration?.hosts ?? []
  await allowAddresses(database, hosts)
  const change = await syncFleet(database, hosts, {
    source: command.fleetFile === null ? 'demonstration' : fileSource(command.fleetFile),
    prune: command.prune || !database.isShared,
    onProgress: deps.onLoading,
    now: clock.now(),
  })
  describeSync(change).forEach(deps.note)
  await setCadence(database.owner, command, clock.now())
  return { database, hosts: change.hosts, demonstration, log, clock }
}

function temporaryFolder(resources: Resources): string {
  // A server that root starts runs as another account, which may not enter root's own temporary folder.
  const parent = process.getuid?.() !== 0 || isOpenToAll(tmpdir()) ? tmpdir() : '/tmp'
  const folder = mkdtempSync(join(parent, 'fleet-awareness-demonstration-'))
  resources.onClose(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function keptFolder({ note, databaseUrl }: SessionDeps): string {
  const { folder, reason } = stateFolder()
  if (reason !== null && databaseUrl === undefined) note(`state is kept in ${folder}: ${reason}`)
  return folder
}

function openSessionDatabase(isDemonstration: boolean, folder: string, url?: string): Promise<LocalDatabase> {
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
 * Lets the prober connect to its own machine, unless the database is one that others set up.
 *
 * @throws UserError naming each host that this database's policy does not allow.
 */
async function allowAddresses(
  { owner, isShared }: LocalDatabase,
  hosts: readonly FleetHost[],
): Promise<void> {
  if (!isShared) await allowLoopback(owner)
  const allowed = parseAllowedAddresses(await readPolicy(owner))
  const faults = hosts.flatMap(({ name, address }) => {
    const fault = addressFault(address, allowed)
    return fault === null ? [] : [`${name}: ${fault}`]
  })
  if (faults.length > 0) throw new UserError(faults)
}
