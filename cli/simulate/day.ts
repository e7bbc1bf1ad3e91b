import { type ProbePorts, probeHosts } from '../../functions/probe/probe-hosts.ts'
import type { HostOutcome } from '../../shared/contracts/probe-answer.ts'
import { DEFAULT_ALLOWED_ADDRESSES } from '../../shared/domain/addresses.ts'
import { MINUTE_MS } from '../../shared/domain/cadence.ts'
import type { Claim } from '../../shared/domain/claim.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import { DEFAULT_HYSTERESIS, NEVER_PROBED, type Reachability } from '../../shared/domain/reachability.ts'
import type { ScheduleSpec } from '../../shared/domain/schedules.ts'
import { DOUBLED_EVERY } from './assumptions.ts'
import type { SimulatedFleet } from './fleet.ts'

const DAY_MS = 24 * 60 * MINUTE_MS

/** The result of simulating some hosts one by one for a day. */
export type Walked = {
  readonly hosts: number
  readonly probes: number
  /**
   * Of events that were delivered twice: how many came while the first was under way, and how many
   * afterwards.
   */
  readonly inFlight: number
  readonly duplicates: number
  readonly transitions: number
  /**
   * The number of transitions, less one per host for the first one from `unknown`. Any value but 0 is a
   * fault.
   */
  readonly missedOrFalse: number
  /** The longest that a host waited for its next probe, as a multiple of its own period. */
  readonly longestWaitPeriods: number
}

/** The simulation has no database connection that could be lost. */
const NEVER = new AbortController().signal

/** The simulation is about single hosts: nothing is ever suspected. */
const TRUSTED: Pick<
  Claim,
  'hold' | 'holdPolicy' | 'measuredAt' | 'measureLately' | 'beginHold' | 'saveWitnessed'
> = {
  hold: { state: 'trusted', since: null, witnessAnsweredAt: null },
  holdPolicy: { minHosts: 1, abovePercent: 0, atMostMs: 0, asksWitnesses: false },
  measuredAt: null,
  measureLately: async () => ({ probed: 0, failed: 0, anyAnswered: true }),
  beginHold: async () => false,
  saveWitnessed: async () => {},
}

type Known = { reachability: Reachability; lastScheduledFor: Date | null; probedAtMs: number | null }

/**
 * Fires these schedules for a day and handles each event with the use case of the probe function, without network,
 * database or waiting. Some events are delivered twice: half of them at once, half of them afterwards.
 */
export async function walkDay(
  schedules: readonly ScheduleSpec[],
  { ranks }: SimulatedFleet,
  downShare: number,
): Promise<Walked> {
  const counts = { hosts: 0, probes: 0, inFlight: 0, duplicates: 0, transitions: 0, longestWaitPeriods: 0 }
  for (const spec of schedules) {
    const known = new Map(spec.hostIds.map((id) => [id, neverProbed()]))
    const periodMs = spec.periodMinutes * MINUTE_MS
    for (let atMs = spec.phaseMs, nth = 0; atMs < DAY_MS; atMs += periodMs, nth++) {
      const ports = portsAt(atMs, known, (id) => (ranks.get(id) ?? 1) < downShare)
      const request = {
        hostIds: spec.hostIds,
        witnessIds: [],
        scheduledTime: new Date(atMs),
        cause: 'schedule',
      }
      const waits = [...known.values()].map(({ probedAtMs }) => atMs - (probedAtMs ?? atMs - periodMs))
      counts.longestWaitPeriods = Math.max(counts.longestWaitPeriods, ...waits.map((ms) => ms / periodMs))
      const isDoubled = nth % DOUBLED_EVERY === DOUBLED_EVERY - 1
      const isLate = nth % (2 * DOUBLED_EVERY) === DOUBLED_EVERY - 1
      const first = probeHosts(ports, request)
      if (isDoubled && isLate) await first
      const second = isDoubled ? (await probeHosts(ports, request)).outcomes : []
      tally(counts, [...(await first).outcomes, ...second])
    }
    counts.hosts += spec.hostIds.length
  }
  return { ...counts, missedOrFalse: counts.transitions - counts.hosts }
}

const neverProbed = (): Known => ({ reachability: NEVER_PROBED, lastScheduledFor: null, probedAtMs: null })

function tally(
  counts: Record<'probes' | 'inFlight' | 'duplicates' | 'transitions', number>,
  outcomes: readonly HostOutcome[],
): void {
  for (const outcome of outcomes) {
    if (outcome.outcome === 'in_flight') counts.inFlight++
    if (outcome.outcome === 'duplicate') counts.duplicates++
    if (outcome.outcome !== 'probed') continue
    counts.probes++
    if (outcome.step.transition !== null) counts.transitions++
  }
}

/** Creates the ports for one instant: locks as in the database, and the states that were saved before. */
function portsAt(atMs: number, known: Map<HostId, Known>, isDown: (id: HostId) => boolean): ProbePorts {
  const locked = new Set<HostId>()
  // The use case passes the address of a host and not its id, so the port number identifies the host here.
  const idsByPort: HostId[] = []
  const hostAt = (port: number): HostId => {
    const id = idsByPort[port]
    if (id === undefined) throw new Error(`no host has port ${port}`)
    return id
  }
  return {
    now: () => new Date(atMs),
    probe: async ({ port }) =>
      isDown(hostAt(port))
        ? { kind: 'unreachable', errorType: 'tcp_timeout' }
        : { kind: 'reachable', responseMs: 1, identification: 'SSH-2.0-simulated' },
    exclusively: async (hostIds, body) => {
      const mine = hostIds.filter((id) => !locked.has(id))
      const inFlight = hostIds.filter((id) => locked.has(id))
      for (const id of mine) locked.add(id)
      const hosts = mine.map((hostId) => {
        const { reachability, lastScheduledFor } = known.get(hostId) ?? neverProbed()
        return {
          hostId,
          address: '192.0.2.1',
          port: idsByPort.push(hostId) - 1,
          incarnation: 0,
          identification: null,
          reachability,
          lastScheduledFor,
        }
      })
      const result = await body({
        hosts,
        inFlight,
        unknown: [],
        thresholds: DEFAULT_HYSTERESIS,
        allowedAddresses: DEFAULT_ALLOWED_ADDRESSES,
        // What people are told does not matter here.
        flapping: { changes: 0, windowMs: 0, quietMs: 0 },
        readHistories: async () => new Map(),
        lost: NEVER,
        ...TRUSTED,
        save: async ({ observed, scheduledFor }) => {
          for (const { host, reachability } of observed)
            known.set(host.hostId, { reachability, lastScheduledFor: scheduledFor, probedAtMs: atMs })
        },
      })
      for (const id of mine) locked.delete(id)
      return result
    },
  }
}
