import * as z from 'zod'

const hostCount = z.int().min(0)

/** The row of a hold that has begun. */
export const proberSuspect = z.strictObject({
  action: z.literal('prober.suspect'),
  severity: z.literal('warning'),
  outcome: z.literal('failure'),
  resource_type: z.literal('prober'),
  resource_id: z.string(),
  detail: z.strictObject({
    reason: z.enum(['share', 'no_witness']),
    probed: hostCount,
    failed: hostCount,
    held_until: z.iso.datetime().describe('When hosts go down again at the latest.'),
  }),
})

/** The row of a hold that has ended. */
export const proberTrusted = z.strictObject({
  action: z.literal('prober.trusted'),
  severity: z.enum(['info', 'warning']),
  outcome: z.literal('success'),
  resource_type: z.literal('prober'),
  resource_id: z.string(),
  detail: z.strictObject({
    reason: z.enum(['recovered', 'held_long_enough', 'turned_off']),
    suspect_since: z.iso.datetime(),
    still_failing: hostCount.describe('Hosts that failed when they were last probed, and are not down.'),
  }),
})
