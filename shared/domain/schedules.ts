import type { HostId } from './ids.ts'

/**
 * How many hosts one invocation of the probe function takes at most: well below Lambda's 1,024 file descriptors,
 * and below the share of PostgreSQL's lock table that one invocation may use.
 */
export const MAX_HOSTS_PER_INVOCATION = 500

/** One schedule: these hosts are probed every `periodMinutes`, at `phaseMs` within the period. */
export type ScheduleSpec = {
  /** A name has at most 64 of the characters 0-9 A-Z a-z - _ . */
  readonly name: string
  readonly periodMinutes: number
  /** The phase, in [0, period). */
  readonly phaseMs: number
  /** At most as many hosts as one invocation of the probe function accepts, in ascending order. */
  readonly hostIds: readonly HostId[]
}

/** Why a call to Scheduler was not made, or had no effect, through nobody's fault: the next minute makes it. */
export type NotNow = 'throttled' | 'conflict' | 'out_of_time'

/** What became of a call that changes a schedule. A call that AWS refuses for good is thrown. */
export type CallOutcome = 'done' | NotNow

/** One page of the schedules that Scheduler has. */
export type SchedulePage = { readonly names: readonly string[]; readonly nextToken: string | undefined }

/** `h-<host id>` for a host of its own, `b-<period>m-<k>-<r in hex>` for a bucket: see planSchedules. */
const NAME = /^(h-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|b-[0-9]+m-[0-9]+-[0-9a-f]+(-[0-9]+)?)$/

/** Whether the fan-out made the schedule of this name, and so may delete it when no host needs it. */
export const isOurScheduleName = (name: string): boolean => NAME.test(name)
