import { Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { PRICES } from '../../../shared/domain/prices.ts'
import { PROBE_MEMORY_MB } from '../constructs/probe.ts'
import type { Watched } from './watched.ts'

const MB_PER_GB = 1024
const MS_PER_SECOND = 1000
const HOURS_PER_MONTH = 720
/** The expressions of CloudWatch do not accept exponents such as 1e-6. */
const DECIMALS = 12

/**
 * Projects the cost of probing in the last hour to a month. The other functions run once per minute or per
 * scan.
 */
export function monthlyCost({ functions }: Watched): cloudwatch.MathExpression {
  const period = Duration.hours(1)
  const perMs = (PRICES.lambdaGbSecond * PROBE_MEMORY_MB) / MB_PER_GB / MS_PER_SECOND
  const perProbe = PRICES.scheduledInvocation + PRICES.lambdaRequest
  return new cloudwatch.MathExpression({
    expression: `${HOURS_PER_MONTH} * (calls * ${perProbe.toFixed(DECIMALS)} + ms * ${perMs.toFixed(DECIMALS)})`,
    usingMetrics: {
      calls: functions.probe.handler.metricInvocations({ statistic: 'Sum', period }),
      ms: functions.probe.handler.metricDuration({ statistic: 'Sum', period }),
    },
    period,
    label: 'US dollars a month',
  })
}
