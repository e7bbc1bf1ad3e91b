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
export const sumMetrics = (
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

/** What share of all something is, in percent. A part without data counts as 0; of nothing the share has no data. */
export const shareMetric = (
  parts: readonly cloudwatch.IMetric[],
  all: cloudwatch.IMetric,
  options: ShareOptions,
): cloudwatch.MathExpression => share(`SUM([${listed(parts)}])`, 'all', parts, { all }, options)

/**
 * What was lost of all that was tried, in percent: the sum of `lost` beside what was done. A metric without data counts
 * as 0, and where nothing was tried the share has no data.
 */
export const lostShare = (
  lost: readonly cloudwatch.IMetric[],
  done: cloudwatch.IMetric,
  options: ShareOptions,
): cloudwatch.MathExpression =>
  share(`SUM([${listed(lost)}])`, `SUM([${listed(lost)}, done])`, lost, { done }, options)

type ShareOptions = { readonly label: string; readonly periodMinutes: number }

const formatPartName = (index: number): string => `part${index + 1}`

const listed = (parts: readonly cloudwatch.IMetric[]): string =>
  parts.map((_, i) => formatPartName(i)).join(', ')

/** SUM of a list skips what has no data; FILL might have nothing to fill where a metric has no data at all. */
const share = (
  sum: string,
  total: string,
  parts: readonly cloudwatch.IMetric[],
  others: Readonly<Record<string, cloudwatch.IMetric>>,
  { label, periodMinutes }: ShareOptions,
): cloudwatch.MathExpression =>
  new cloudwatch.MathExpression({
    expression: `100 * ${sum} / ${total}`,
    usingMetrics: { ...Object.fromEntries(parts.map((metric, i) => [formatPartName(i), metric])), ...others },
    period: Duration.minutes(periodMinutes),
    label,
  })
