import { createChangeFeed } from '../../infra/local/change-feed.ts'
import { createClock } from '../../infra/local/clock.ts'
import { startCompliance } from '../../infra/local/compliance.ts'
import { isScannedInDemonstration } from '../../infra/local/demonstration/scans.ts'
import { createProbeLambda } from '../../infra/local/functions.ts'
import type { Resources } from '../../infra/local/resources.ts'
import { startScheduling } from '../../infra/local/scheduling.ts'
import { stateFolder } from '../../infra/local/state-folder.ts'
import { readFleetNumbers, readNewestProbe } from '../../shared/db/fleet-view.ts'
import { DEFAULT_INTERVAL_MS } from '../../shared/domain/cadence.ts'
import type { Command } from './command-line.ts'
import type { Session } from './session.ts'
import { aborted } from './stop-signal.ts'
import type { View } from './view/view.ts'

const REFRESH_MS = 500
/** A probe has 5 s, and all has to be over 6 s after Ctrl-C: what is still under way then is given up. */
const DRAIN_MS = 5400

/** Probes the fleet on its cadence until it is stopped, and shows what the database says of it. */
export async function runLive(
  session: Session,
  command: Command,
  stop: AbortSignal,
  view: View,
  resources: Resources,
): Promise<void> {
  const { database, demonstration, hosts, log } = session
  const clock = createClock({ speed: command.speed, startAt: await startOfFleetTime(session) })
  const startedAt = clock.now()
  const seen: { probes: number; fault: string | null } = { probes: 0, fault: null }
  const onFault = (error: unknown): void => {
    seen.fault = `a function failed: ${error instanceof Error ? error.message : String(error)}`
  }
  const onProbes = (count: number): void => {
    seen.probes += count
  }
  const surroundings = { database, log, now: clock.now }
  const probe = createProbeLambda(surroundings, { onProbes, onFault })
  const scheduling = await startScheduling({ ...surroundings, clock, probe, onFault })
  resources.onClose(scheduling.stop)
  const compliance = await startCompliance({
    ...surroundings,
    onFault,
    speed: command.speed,
    stateFolder: stateFolder().folder,
    scannedHosts: demonstration === null ? [] : scannedIn(hosts),
  })
  // Each takes no more events first, so what still fires is dropped; a Scheduler that is gone would be a fault.
  const drain = once(() =>
    atMost(DRAIN_MS, Promise.all([probe.drain(), scheduling.drain(), compliance.stop()])),
  )
  resources.onClose(drain)
  demonstration?.play(clock.realMs((command.intervalMs ?? DEFAULT_INTERVAL_MS) / 2))

  const readChanges = createChangeFeed(database.owner, startedAt, command.speed)
  const show = async (): Promise<void> => {
    const [numbers, changes, scans] = await Promise.all([
      readFleetNumbers(database.owner),
      readChanges(),
      compliance.read(),
    ])
    const now = { fleetTime: clock.now(), stopping: stop.aborted }
    view.update({ numbers, changes, compliance: scans, ...seen, ...now })
  }
  while (!stop.aborted) {
    await show()
    await Promise.race([aborted(stop), new Promise((resolve) => setTimeout(resolve, REFRESH_MS))])
  }
  await Promise.all([drain(), show()])
  await show()
  view.close()
}

const scannedIn = (hosts: Session['hosts']): string[] =>
  hosts.filter(({ name }) => isScannedInDemonstration(name)).map(({ id }) => id)

/** Never before what is in the database: a run in faster time may have left it in the future. */
async function startOfFleetTime({ database }: Session): Promise<Date> {
  const newest = await readNewestProbe(database.owner)
  return new Date(Math.max(Date.now(), newest?.getTime() ?? 0))
}

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= run()
    return result
  }
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, timeout])
  clearTimeout(timer)
}
