import { Console } from 'node:console'
import type { Writable } from 'node:stream'
import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { METRIC_NAMESPACE } from '../../shared/domain/metrics.ts'

/** Structured logs and EMF metrics of one environment of one function. */
export type Telemetry = { readonly logger: Logger; readonly metrics: Metrics }

export type TelemetryOptions = {
  readonly service: string
  readonly stage: string
  /** Where lines go: CloudWatch reads standard output, the one-machine runner a file. */
  readonly output?: Writable
}

/** The log and the metrics of a function. Both go to `output`, one JSON object per line. */
export function createTelemetry({ service, stage, output = process.stdout }: TelemetryOptions): Telemetry {
  const logger = redirected(new Logger({ serviceName: service, persistentKeys: { stage } }), output)
  const metrics = new Metrics({
    serviceName: service,
    namespace: METRIC_NAMESPACE,
    defaultDimensions: { stage },
    logger,
  })
  return { logger, metrics: redirected(metrics, output) }
}

/** Powertools has no option for where its lines go. */
function redirected<T extends object>(tool: T, output: Writable): T {
  Reflect.set(tool, 'console', new Console({ stdout: output, stderr: output }))
  return tool
}
