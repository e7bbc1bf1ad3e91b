import type { HostId } from './ids.ts'

/** Lambda's 1,024 file descriptors, and the lock table's share of one invocation, with room to spare. */
export const MAX_HOSTS_PER_INVOCATION = 500

/** One schedule: every `periodMinutes`, at `phaseMs` within the period, these hosts are probed. */
export type ScheduleSpec = {
  /** At most 64 of the characters 0-9 A-Z a-z - _ . */
  readonly name: string
  readonly periodMinutes: number
  /** In [0, period). */
  readonly phaseMs: number
  /** As many as one invocation of the probe function takes, in ascending order. */
  readonly hostIds: readonly HostId[]
}

/** `h-<host id>` for a host of its own, `b-<period>m-<k>-<r in hex>` for a bucket: see planSchedules. */
const NAME = /^(h-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|b-[0-9]+m-[0-9]+-[0-9a-f]+(-[0-9]+)?)$/

/** Whether a schedule of this name comes from here, and so may be deleted when nothing wants it. */
export const isOurScheduleName = (name: string): boolean => NAME.test(name)
