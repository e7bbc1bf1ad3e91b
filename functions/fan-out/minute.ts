import { type FanOutPorts, type FanOutReport, fanOut } from './reconcile.ts'
import { type WatchPorts, type WatchReport, watchProber } from './watch-prober.ts'

export type MinutePorts = FanOutPorts &
  WatchPorts & {
    /** Waits until then, or until the signal aborts. */
    readonly waitUntil: (at: Date, signal: AbortSignal) => Promise<void>
  }

/** What became of one look at the fleet: a fault does not keep the schedules from being planned. */
export type Look = { readonly report: WatchReport } | { readonly fault: unknown }

export type MinuteReport = FanOutReport & { readonly looks: readonly Look[] }

/**
 * So long after it began, a run looks at the fleet again. By a clock that ticks once a minute alone, a host that
 * failed right after a tick would wait for 60 s; so nobody waits longer than 40 s.
 */
export const LOOK_AGAIN_MS = 25_000
/** No look begins later in a run. */
const LAST_LOOK_MS = 45_000
const MAX_LOOKS = 4

export type MinuteSignals = {
  /** Ends the changes to schedules early. */
  readonly work: AbortSignal
  readonly deadline: AbortSignal
}

/** The minute of the fan-out: measure, hold, confirm, plan; and look again for what has failed meanwhile. */
export async function fanOutMinute(
  ports: MinutePorts,
  options: { readonly sweep: boolean; readonly looksAgain: boolean },
  { work, deadline }: MinuteSignals,
): Promise<MinuteReport> {
  const startedMs = ports.now().getTime()
  const looks = [await look(ports, deadline)]
  const planned = await fanOut(ports, options, work)
  let looksAgain = options.looksAgain && confirms(looks)
  while (looks.length < MAX_LOOKS && !deadline.aborted) {
    const atMs = Math.min(looksAgain ? startedMs + LOOK_AGAIN_MS : Infinity, nextDueMs(looks))
    if (atMs > startedMs + LAST_LOOK_MS) break
    if (atMs >= startedMs + LOOK_AGAIN_MS) looksAgain = false
    await ports.waitUntil(new Date(atMs), deadline)
    looks.push(await look(ports, deadline))
  }
  return { ...planned, looks }
}

async function look(ports: WatchPorts, signal: AbortSignal): Promise<Look> {
  try {
    return { report: await watchProber(ports, signal) }
  } catch (fault) {
    return { fault }
  }
}

const lastReport = (looks: readonly Look[]): WatchReport | null => {
  const last = looks.at(-1)
  return last !== undefined && 'report' in last ? last.report : null
}

const confirms = (looks: readonly Look[]): boolean => lastReport(looks)?.confirms === true

const nextDueMs = (looks: readonly Look[]): number =>
  lastReport(looks)?.confirmed.nextDueAt?.getTime() ?? Infinity
