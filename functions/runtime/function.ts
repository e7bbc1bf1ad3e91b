import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { MetricUnit } from '@aws-lambda-powertools/metrics'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { isConnectionFault } from '../../shared/db/connection-fault.ts'
import { FUNCTION_METRICS } from '../../shared/domain/metrics.ts'
import type { Telemetry } from './telemetry.ts'

/** A Lambda function's entry, as Lambda and the one-machine runner call it. */
export type LambdaHandler<Result> = (event: unknown, context: Context) => Promise<Result>

/**
 * A handler whose log lines bear the request's id, whose metrics are published when it ends, and whose faults
 * are logged, counted and thrown on: here is the one place where they are caught.
 */
export function observed<Result>(telemetry: Telemetry, handle: LambdaHandler<Result>): LambdaHandler<Result> {
  // No early timeout of middy's: each handler has a deadline of its own, far before Lambda's.
  const handler = middy<unknown, Result>({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(telemetry.logger, { resetKeys: true }))
    .use(logMetrics(telemetry.metrics))
    .use({
      onError: ({ error }) => logFault(telemetry, 'invocation failed', error),
    })
    .handler((event: unknown, context: Context) => handle(event, context))
  const { signal } = new AbortController()
  // Its type allows for an early response, which no middleware here gives.
  return (event, context) => handler(event, context, { signal }) as Promise<Result>
}

/** Logs a fault and counts it. */
export function logFault({ logger, metrics }: Telemetry, what: string, error: unknown): void {
  logger.error(what, error as Error)
  metrics.addMetric(FUNCTION_METRICS.faults, MetricUnit.Count, 1)
  if (isConnectionFault(error)) {
    metrics.addMetric(FUNCTION_METRICS.databaseUnreachable, MetricUnit.Count, 1)
  }
}

/** Builds the handler when the first event comes: importing a function's file reads nothing. */
export function onColdStart<Result>(create: () => LambdaHandler<Result>): LambdaHandler<Result> {
  let warm: LambdaHandler<Result> | undefined
  return async (event, context) => {
    warm ??= create()
    return warm(event, context)
  }
}
