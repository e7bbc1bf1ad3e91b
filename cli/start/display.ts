import type { BusFeed } from '../../infra/local/bus-feed.ts'
import type { ComplianceRun } from '../../infra/local/compliance.ts'
import { readFleetNumbers } from '../../shared/db/fleet-view.ts'
import { readHold } from '../../shared/db/prober-hold.ts'
import type { Session } from './session.ts'
import type { Tally } from './tally.ts'
import type { LiveState, View } from './view/view.ts'
import { watchDatabase } from './watch-database.ts'

export type Display = {
  /** Shows what is new since the last time, and the numbers of the fleet. */
  readonly show: (phase: LiveState['phase']) => Promise<void>
  /** Whether the database answered the last time. */
  readonly isAnswering: () => boolean
}

export type DisplaySources = {
  readonly view: View
  readonly feed: Pick<BusFeed, 'read'>
  readonly seen: Pick<Tally, 'state'>
  readonly compliance: Pick<ComplianceRun, 'read'>
}

/** Creates what shows the state of the fleet: numbers and drift from the database, the other events from the bus. */
export function createDisplay(
  { database, clock }: Session,
  { view, feed, seen, compliance }: DisplaySources,
): Display {
  const read = watchDatabase(async () => {
    const [numbers, scans, hold] = await Promise.all([
      readFleetNumbers(database.owner, clock.now()),
      compliance.read(),
      readHold(database.owner),
    ])
    const suspectSince = hold.state === 'suspect' ? hold.since : null
    return { numbers, compliance: scans, suspectSince }
  })
  let last: DatabaseState = { numbers: NO_NUMBERS }
  let isAnswering = true
  return {
    show: async (phase) => {
      const reading = await read()
      isAnswering = 'value' in reading
      if ('value' in reading) last = reading.value
      // What has drifted is shown once, and not again while the database is unavailable.
      else last = withoutNews(last)
      const outage = 'outage' in reading ? reading.outage : null
      view.update({ ...last, ...feed.read(), ...seen.state(), outage, fleetTime: clock.now(), phase })
    },
    isAnswering: () => isAnswering,
  }
}

type DatabaseState = Pick<LiveState, 'numbers' | 'compliance' | 'suspectSince'>

const NO_NUMBERS = {
  hosts: 0,
  reachable: 0,
  unreachable: 0,
  unknown: 0,
  inMaintenance: 0,
  flapping: 0,
  inconclusive: 0,
  inconclusiveReason: null,
  p50Ms: null,
  p99Ms: null,
}

const withoutNews = ({ numbers, compliance }: DatabaseState): DatabaseState => ({
  numbers,
  ...(compliance !== undefined && { compliance: { ...compliance, drifts: [] } }),
})
