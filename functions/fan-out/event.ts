import * as z from 'zod'
import { ProbeRequest } from '../../shared/contracts/probe-request.ts'

/**
 * The event of the fan-out: what Scheduler makes up for a schedule without an input, of which only the time
 * counts, or an operator's own. An empty object will do.
 */
export const FanOutEvent = z.object({
  /** The occurrence that this run is for. */
  time: ProbeRequest.shape.scheduledTime,
  /** Whether to look for orphans. Without it, the first run of each day does, by UTC. */
  sweep: z.boolean().optional(),
})
export type FanOutEvent = z.output<typeof FanOutEvent>

/** By the time of the occurrence, which no two runs share and none skips; `now` only where there is none. */
export function asksForSweep({ sweep, time }: FanOutEvent, now: Date): boolean {
  const at = time ?? now
  return sweep ?? (at.getUTCHours() === 0 && at.getUTCMinutes() === 0)
}
