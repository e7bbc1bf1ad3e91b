import { createBusFeed } from '../../infra/local/bus-feed.ts'
import { startCompliance } from '../../infra/local/compliance.ts'
import { startDemonstrationOperator } from '../../infra/local/demonstration/operator.ts'
import { isScannedInDemonstration } from '../../infra/local/demonstration/scans.ts'
import { createProbeLambda } from '../../infra/local/functions.ts'
import type { Resources } from '../../infra/local/resources.ts'
import { startScheduling } from '../../infra/local/scheduling.ts'
import { startSignals } from '../../infra/local/signals.ts'
import { stateFolder } from '../../infra/local/state-folder.ts'
import { DEFAULT_INTERVAL_MS } from '../../shared/domain/cadence.ts'
import type { Command } from './command-line.ts'
import { createDisplay } from './display.ts'
import type { Session } from './session.ts'
import { aborted } from './stop-signal.ts'
import { createTally } from './tally.ts'
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
  const { database, demonstration, hosts, log, clock } = session
  const startedAt = clock.now()
  const seen = createTally()
  const given = { database, log, now: clock.now, onFault: seen.onFault }
  const feed = createBusFeed(startedAt)
  const signals = await startSignals({
    ...given,
    onEvent: feed.take,
    webhook: command.webhook,
    onWebhookFault: seen.onNotice,
  })
  const surroundings = { ...given, log: signals.log }
  const probe = createProbeLambda(surroundings, seen)
  const scheduling = await startScheduling({ ...surroundings, clock, probe, publish: signals.publish })
  resources.onClose(scheduling.stop)
  const compliance = await startCompliance({
    ...surroundings,
    onFault: seen.onFault,
    speed: command.speed,
    stateFolder: stateFolder().folder,
    scannedHosts: demonstration === null ? [] : scannedIn(hosts),
  })
  const operator = demonstration === null ? null : startDemonstrationOperator({ ...surroundings, clock })
  // Each takes no more events first, so what still fires is dropped; a Scheduler that is gone would be a fault.
  const drain = once(() =>
    atMost(
      DRAIN_MS,
      Promise.all([probe.drain(), scheduling.drain(), compliance.stop(), operator?.stop()]).then(
        signals.stop,
      ),
    ),
  )
  resources.onClose(drain)
  demonstration?.play(clock.realMs((command.intervalMs ?? DEFAULT_INTERVAL_MS) / 2))

  const { show, isAnswering } = createDisplay(session, { view, feed, seen, compliance })
  while (!stop.aborted) {
    await show('running')
    await Promise.race([aborted(stop), new Promise((resolve) => setTimeout(resolve, REFRESH_MS))])
  }
  await Promise.all([drain(), show('stopping')])
  if (isAnswering()) await show('stopped')
  view.close()
}

const scannedIn = (hosts: Session['hosts']): string[] =>
  hosts.filter(({ name }) => isScannedInDemonstration(name)).map(({ id }) => id)

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
