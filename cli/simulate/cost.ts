import { PRICES } from '../../shared/domain/prices.ts'
import { DAYS_A_MONTH } from './bill-assumptions.ts'

/** The memory of the probe function. */
export const MEMORY_GB = 256 / 1024

/** Computes what Scheduler and Lambda cost in a month of such days. */
export const monthlyCostUsd = (day: {
  readonly invocations: number
  readonly billedSeconds: number
}): number =>
  DAYS_A_MONTH *
  (day.invocations * (PRICES.scheduledInvocation + PRICES.lambdaRequest) +
    day.billedSeconds * MEMORY_GB * PRICES.lambdaGbSecond)
