import { fanOutMinute, type MinutePorts } from '../../functions/fan-out/minute.ts'
import { AppliedSchedules } from '../../shared/domain/applied-schedules.ts'
import { DEFAULT_INTERVAL_MS, MINUTE_MS, periodMinutes, phaseMs } from '../../shared/domain/cadence.ts'
import { SnapshotHosts } from '../../shared/domain/fleet-snapshot.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import { DEFAULT_HYSTERESIS } from '../../shared/domain/reachability.ts'
import { DOWN_HOST_MS, EVENT_TO_BUS_MS, INVOKED_AFTER_MS } from './assumptions.ts'
import type { SimulatedFleet } from './fleet.ts'

/** How long it takes until programs hear of a failure, in minutes. */
export type Detection = { readonly meanMinutes: number; readonly worstMinutes: number }

export type Detections = {
  readonly failures: number
  readonly withoutConfirmation: Detection
  readonly withConfirmation: Detection
  /** Of a stage whose fan-out looks at the fleet once in a minute. */
  readonly withOneLook: Detection
}

/** Of so many hosts each fails ten times: more would change no digit. */
export const DETECTION_HOSTS = 400
/** Failures of each host, evenly spaced over its period. */
const FAILURES_OF_A_HOST = 10
const CONFIRM_AFTER_MS = 20_000

/**
 * Lets hosts die one by one, at the default cadence, and takes the time until the event is on the bus: by a second
 * probe of their schedule, and by the fan-out's own code that confirms the first one.
 */
export async function simulateDetection({ hosts }: SimulatedFleet): Promise<Detections> {
  const without: number[] = []
  const confirmed: number[] = []
  const once: number[] = []
  for (const { id } of hosts) {
    const periodMs = periodMinutes(DEFAULT_INTERVAL_MS, id) * MINUTE_MS
    const probedAtMs = phaseMs(id, periodMs)
    const failedAtMs = probedAtMs + DOWN_HOST_MS
    const byConfirmation = await confirmedAtMs(id, failedAtMs, true)
    const byOneLook = await confirmedAtMs(id, failedAtMs, false)
    for (let i = 0; i < FAILURES_OF_A_HOST; i++) {
      const diedAtMs = probedAtMs - (i / (FAILURES_OF_A_HOST - 1)) * periodMs
      const heardAt = (atMs: number): number => atMs + EVENT_TO_BUS_MS - diedAtMs
      without.push(heardAt(failedAtMs + periodMs))
      confirmed.push(heardAt(byConfirmation))
      once.push(heardAt(byOneLook))
    }
  }
  return {
    failures: without.length,
    withoutConfirmation: summary(without),
    withConfirmation: summary(confirmed),
    withOneLook: summary(once),
  }
}

const summary = (durationsMs: readonly number[]): Detection => ({
  meanMinutes: durationsMs.reduce((sum, ms) => sum + ms, 0) / durationsMs.length / MINUTE_MS,
  worstMinutes: Math.max(...durationsMs) / MINUTE_MS,
})

/** Runs the fan-out minute by minute, until it has had the host probed again and that probe has failed too. */
async function confirmedAtMs(hostId: HostId, failedAtMs: number, looksAgain: boolean): Promise<number> {
  let invokedAtMs: number | null = null
  const signal = new AbortController().signal
  for (
    let tickMs = Math.floor(failedAtMs / MINUTE_MS) * MINUTE_MS;
    invokedAtMs === null;
    tickMs += MINUTE_MS
  ) {
    const ports = createPorts(hostId, failedAtMs, tickMs, (atMs) => {
      invokedAtMs ??= atMs
    })
    await fanOutMinute(ports, { sweep: false, looksAgain }, { work: signal, deadline: signal })
  }
  return invokedAtMs + INVOKED_AFTER_MS + DOWN_HOST_MS
}

/** A fleet in which nothing else happens; of the host is known what had been saved by then. */
function createPorts(
  hostId: HostId,
  failedAtMs: number,
  tickMs: number,
  onInvoke: (atMs: number) => void,
): MinutePorts {
  let nowMs = tickMs
  const hold = { state: 'trusted', since: null, witnessAnsweredAt: null } as const
  const hasFailed = (): boolean => nowMs >= failedAtMs
  const isOld = (attemptedBefore: Date): boolean => failedAtMs <= attemptedBefore.getTime()
  return {
    settings: '',
    now: () => new Date(nowMs),
    waitUntil: async (at) => {
      nowMs = Math.max(nowMs, at.getTime())
    },
    readFleet: async () => ({
      hosts: new SnapshotHosts(),
      policy: { intervalMs: DEFAULT_INTERVAL_MS, hostsPerSchedule: 1 },
      applied: new AppliedSchedules(),
    }),
    put: async () => 'done',
    remove: async () => 'done',
    listPage: async () => 'throttled',
    markPending: async () => {},
    remember: async () => {},
    forget: async () => {},
    glance: async () => ({
      hold,
      holdPolicy: { minHosts: 10, abovePercent: 50, atMostMs: 15 * MINUTE_MS, asksWitnesses: true },
      thresholds: DEFAULT_HYSTERESIS,
      confirmAfterMs: CONFIRM_AFTER_MS,
      failing: hasFailed() ? 1 : 0,
      rising: false,
    }),
    withHold: (_since, _policy, body) =>
      body({ hold, lately: { probed: 0, failed: 0, anyAnswered: true }, save: async () => {} }),
    readUnconfirmed: async ({ attemptedBefore }) =>
      hasFailed() && isOld(attemptedBefore) ? [{ hostId, isReachable: true }] : [],
    readYoungestAttempt: async ({ attemptedBefore }) =>
      hasFailed() && !isOld(attemptedBefore) ? new Date(failedAtMs) : null,
    readWitnesses: async () => [],
    invokeProbe: async () => onInvoke(nowMs),
  }
}

const format = ({ meanMinutes, worstMinutes }: Detection): string =>
  `${meanMinutes.toFixed(1)} minutes on average and ${worstMinutes.toFixed(1)} at most`

/** Says in a few sentences what was simulated, and what came of it. */
export const describeDetection = (detections: Detections): string =>
  `Of ${detections.failures.toLocaleString('en-US')} simulated failures at a cadence of five minutes, each of a host that no ` +
  `longer answers, programs hear after ${format(detections.withConfirmation)}. Without confirmations ` +
  `(confirm_after_seconds=0) it is ${format(detections.withoutConfirmation)}, and in the stage small, whose fan-out looks ` +
  `at the fleet once in a minute, ${format(detections.withOneLook)}.`
