import * as z from 'zod'

/**
 * The event of the publish function. Nothing in it is needed, because what waits to be published is in the
 * database: it comes from the minute clock, or from CloudWatch Logs with the log lines of a change.
 */
export const PublishEvent = z
  .object({ awslogs: z.unknown().optional() })
  .transform(({ awslogs }) => ({ cause: awslogs === undefined ? ('clock' as const) : ('log_line' as const) }))
export type PublishEvent = z.output<typeof PublishEvent>
