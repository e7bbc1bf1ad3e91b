/** List prices in US dollars of us-east-1, arm64, without free tiers, as in docs/operations.md. */
const PER_SCHEDULER_INVOCATION = 1 / 1e6
const PER_LAMBDA_REQUEST = 0.2 / 1e6
const PER_GB_SECOND = 0.0000133334
/** The memory of the probe function, in MB. */
export const MEMORY_GB = 256 / 1024
const DAYS_A_MONTH = 30

/** Computes what a month of such days costs, without database and logs. */
export const monthlyCostUsd = (day: {
  readonly invocations: number
  readonly billedSeconds: number
}): number =>
  DAYS_A_MONTH *
  (day.invocations * (PER_SCHEDULER_INVOCATION + PER_LAMBDA_REQUEST) +
    day.billedSeconds * MEMORY_GB * PER_GB_SECOND)
