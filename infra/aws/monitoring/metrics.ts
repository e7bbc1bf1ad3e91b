import { Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { FUNCTIONS, type SigningFunctionName } from '../../../shared/domain/functions.ts'
import { METRIC_NAMESPACE } from '../../../shared/domain/metrics.ts'
import type { Names } from '../../../shared/domain/names.ts'

export type Statistic = 'Sum' | 'Maximum' | 'Minimum' | 'Average' | 'SampleCount' | 'p50' | 'p99'

/** Metrics that a function emits, by name. */
export type EmittedMetrics = (
  name: SigningFunctionName,
  metricName: string,
  statistic: Statistic,
  periodMinutes?: number,
) => cloudwatch.Metric

/** Finds the metrics that the functions of an installation emit. A period is 5 minutes unless it is given. */
export const emittedMetrics =
  ({ installation }: Names): EmittedMetrics =>
  (name, metricName, statistic, periodMinutes = 5) =>
    new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { service: FUNCTIONS[name].service, stage: installation },
      statistic,
      period: Duration.minutes(periodMinutes),
    })

/** The sum of several metrics; a metric without data counts as 0. */
export const sumOf = (
  metrics: readonly cloudwatch.IMetric[],
  label: string,
  periodMinutes = 5,
): cloudwatch.MathExpression =>
  new cloudwatch.MathExpression({
    expression: 'SUM(METRICS())',
    usingMetrics: Object.fromEntries(metrics.map((metric, i) => [`m${i + 1}`, metric])),
    period: Duration.minutes(periodMinutes),
    label,
  })

/**
 * What was lost of all that was tried, in percent: the sum of `lost` beside what was done. A metric without data counts
 * as 0, and where nothing was tried the share is 0.
 */
export function lostShare(
  lost: readonly cloudwatch.IMetric[],
  done: cloudwatch.IMetric,
  { label, periodMinutes }: { readonly label: string; readonly periodMinutes: number },
): cloudwatch.MathExpression {
  const sum = lost.map((_, i) => `FILL(lost${i + 1}, 0)`).join(' + ')
  const all = `${sum} + FILL(done, 0)`
  return new cloudwatch.MathExpression({
    expression: `IF(${all} > 0, 100 * (${sum}) / (${all}), 0)`,
    usingMetrics: { ...Object.fromEntries(lost.map((metric, i) => [`lost${i + 1}`, metric])), done },
    period: Duration.minutes(periodMinutes),
    label,
  })
}
