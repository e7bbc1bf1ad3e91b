import * as z from 'zod'
import { ProbeRequest } from '../../shared/contracts/probe-request.ts'

/**
 * The event of the fan-out: what Scheduler sends for a schedule without an input, of which only the time is
 * read, or an operator's own. An empty object is valid.
 */
export const FanOutEvent = z.object({
  /** The occurrence that this run is for. */
  time: ProbeRequest.shape.scheduledTime,
  /** Whether to look for orphans. Without it, the first run of each day does, by UTC. */
  sweep: z.boolean().optional(),
})
export type FanOutEvent = z.output<typeof FanOutEvent>

/** Goes by the time of the occurrence, which no two runs share and no run skips; by `now` only where it is absent. */
export function asksForSweep({ sweep, time }: FanOutEvent, now: Date): boolean {
  const at = time ?? now
  return sweep ?? (at.getUTCHours() === 0 && at.getUTCMinutes() === 0)
}
