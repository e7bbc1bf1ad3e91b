/**
 * AWS's list prices in US dollars, of us-east-1, for Lambda on arm64, without free tiers and discounts; read 2026-11 from
 * the price pages of the services (aws.amazon.com/<service>/pricing) and, where those show prices only to browsers, from
 * pages that quote them. Other regions cost up to half more.
 */
export const PRICES = {
  /** EventBridge Scheduler: an invocation. */
  scheduledInvocation: 1 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  lambdaGbSecond: 0.0000133334,
  /** A NAT gateway, and any public IPv4 address in use. */
  natGatewayHour: 0.045,
  publicIpv4Hour: 0.005,
  /** An interface endpoint, in each of its zones. */
  endpointZoneHour: 0.01,
  ec2Hour: { 't4g.nano': 0.0042 },
  ebsGp3GbMonth: 0.08,
  /** RDS for PostgreSQL, one zone. */
  rdsHour: { 't4g.micro': 0.016 },
  rdsGp3GbMonth: 0.115,
  /** Aurora PostgreSQL, Standard: Serverless v2. */
  auroraCapacityUnitHour: 0.12,
  auroraGbMonth: 0.1,
  auroraIo: 0.2 / 1e6,
  /** CloudWatch: a custom metric, a metric that an alarm looks at, a composite alarm, a dashboard. */
  metricMonth: 0.3,
  alarmMetricMonth: 0.1,
  compositeAlarmMonth: 0.5,
  dashboardMonth: 3,
  logGbIngested: 0.5,
  logGbMonth: 0.03,
  /** EventBridge: a custom event. */
  event: 1 / 1e6,
  sqsRequest: 0.4 / 1e6,
  secretMonth: 0.4,
} as const

/** @throws Error for a type of instance without a price in the table. */
export function findPrice(prices: Readonly<Record<string, number>>, instanceType: string): number {
  const price = prices[instanceType]
  if (price === undefined) throw new Error(`there is no price of ${instanceType}`)
  return price
}
