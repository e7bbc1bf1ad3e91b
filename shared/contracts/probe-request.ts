import * as z from 'zod'
import { type HostId, parseHostId } from '../domain/ids.ts'
import { MAX_HOSTS_PER_INVOCATION } from '../domain/schedules.ts'
import { storableTime } from './storable.ts'

/** What Scheduler leaves in the input when it substitutes nothing, as when an operator sends it by hand. */
export const SCHEDULED_TIME_PLACEHOLDER = '<aws.scheduler.scheduled-time>'

const scheduledTime = z
  .union([z.literal(SCHEDULED_TIME_PLACEHOLDER), storableTime()])
  .optional()
  .transform((text) => (text === undefined || text === SCHEDULED_TIME_PLACEHOLDER ? null : new Date(text)))

/** The event of the probe function. */
export const ProbeRequest = z.object({
  hostIds: z
    .array(z.guid().transform(parseHostId))
    .min(1)
    .max(MAX_HOSTS_PER_INVOCATION)
    .transform((ids): readonly HostId[] => [...new Set(ids)]),
  scheduledTime,
  /** Those of the hosts that answered last time: if none of them does now, the fault is on the prober's side. */
  witnessIds: z
    .array(z.guid().transform(parseHostId))
    .max(MAX_HOSTS_PER_INVOCATION)
    .default([])
    .transform((ids): readonly HostId[] => ids),
  /** Why the probe is made, for the log: 'schedule', 'confirmation', 'operator', … */
  cause: z.string().max(64).default('unspecified'),
})
export type ProbeRequest = z.output<typeof ProbeRequest>
