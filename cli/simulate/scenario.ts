import { DEFAULT_INTERVAL_MS } from '../../shared/domain/cadence.ts'
import { HostIdList } from '../../shared/domain/host-id-list.ts'
import { planSchedules } from '../../shared/domain/schedule-plan.ts'
import { MAX_HOSTS_PER_INVOCATION, type ScheduleSpec } from '../../shared/domain/schedules.ts'
import { FAN_OUT_CALLS_PER_SECOND } from './assumptions.ts'
import { type Bill, computeBill } from './bill.ts'
import { type BilledStage, billedSettings } from './billed-stage.ts'
import { monthlyCostUsd } from './cost.ts'
import { type Walked, walkDay } from './day.ts'
import { type SimulatedFleet, simulatedFleet } from './fleet.ts'
import { computeTraffic, type Traffic } from './traffic.ts'

/** The ways to pack a fleet that are simulated unless others are asked for: hosts per schedule. */
export const HOSTS_PER_SCHEDULE = [1, 100, MAX_HOSTS_PER_INVOCATION] as const
/** The shares of a fleet, from 0 to 1, that are down in the scenarios. */
export const DOWN_SHARES = [0, 0.02, 0.3] as const
/**
 * How many hosts of a scenario are simulated one by one. Of a larger fleet they are taken from evenly
 * spaced schedules.
 */
export const WALKED_HOSTS = 2000

export type Scenario = {
  readonly hosts: number
  readonly hostsPerSchedule: number
  readonly downShare: number
  readonly schedules: number
  readonly mostHostsInASchedule: number
  readonly traffic: Traffic
  /** The load of the busiest minute divided by the mean. */
  readonly peakOverMean: number
  /** How long it takes to write every schedule again, as after a change of a value that all of them share. */
  readonly rewrite: { readonly calls: number; readonly minutes: number }
  /** Of the probes alone: Scheduler and Lambda. */
  readonly monthlyUsd: number
  /** Of everything, by item. */
  readonly bill: Bill
  readonly walked: Walked
}

/**
 * Simulates a day of a fleet on the default cadence, once for each way to pack it and each share that is
 * down.
 */
export async function* simulate(
  hosts: number,
  hostsPerSchedule: readonly number[] = HOSTS_PER_SCHEDULE,
  stage: BilledStage = 'prod',
): AsyncGenerator<Scenario> {
  const fleet = simulatedFleet(hosts)
  for (const packed of hostsPerSchedule) {
    const policy = { intervalMs: DEFAULT_INTERVAL_MS, hostsPerSchedule: packed }
    const plan = [...planSchedules(HostIdList.of(fleet.hosts.map(({ id }) => id)), policy)]
    for (const downShare of DOWN_SHARES) yield await scenario(fleet, plan, packed, { downShare, stage })
  }
}

async function scenario(
  fleet: SimulatedFleet,
  plan: readonly ScheduleSpec[],
  hostsPerSchedule: number,
  { downShare, stage }: { readonly downShare: number; readonly stage: BilledStage },
): Promise<Scenario> {
  const traffic = computeTraffic(plan, fleet, downShare)
  return {
    hosts: fleet.hosts.length,
    hostsPerSchedule,
    downShare,
    schedules: plan.length,
    mostHostsInASchedule: plan.reduce((most, { hostIds }) => Math.max(most, hostIds.length), 0),
    traffic,
    peakOverMean: traffic.perMinutePeak / traffic.perMinuteMean,
    rewrite: { calls: plan.length, minutes: plan.length / FAN_OUT_CALLS_PER_SECOND / 60 },
    monthlyUsd: monthlyCostUsd(traffic),
    bill: computeBill(billedSettings(stage), {
      ...traffic,
      downShare,
      hosts: fleet.hosts.length,
      schedules: plan.length,
    }),
    walked: await walkDay(takeSample(plan), fleet, downShare),
  }
}

/** Takes evenly spaced schedules of the plan until they have enough hosts. */
function takeSample(plan: readonly ScheduleSpec[]): ScheduleSpec[] {
  const hosts = plan.reduce((sum, { hostIds }) => sum + hostIds.length, 0)
  const stride = Math.max(1, Math.floor(hosts / WALKED_HOSTS))
  return plan.filter((_, i) => i % stride === 0)
}
