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

export function createTelemetry({ service, stage, output }: TelemetryOptions): Telemetry {
  const options = { serviceName: service, namespace: METRIC_NAMESPACE, defaultDimensions: { stage } }
  const logging = { serviceName: service, persistentKeys: { stage } }
  if (output === undefined) return { logger: new Logger(logging), metrics: new Metrics(options) }
  return {
    logger: redirected(new Logger(logging), output),
    metrics: redirected(new Metrics(options), output),
  }
}

/** Powertools has no option for where its lines go. */
function redirected<T extends object>(tool: T, output: Writable): T {
  Reflect.set(tool, 'console', new Console({ stdout: output, stderr: output }))
  return tool
}
