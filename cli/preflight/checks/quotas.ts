import type { NetworkSettings, Settings } from '../../../infra/aws/settings.ts'
import type { Facts } from '../facts.ts'
import { type Finding, judged, summarise } from '../finding.ts'

/** Whether the quotas of the region have room for a VPC and the addresses of its NAT. */
export function checkQuotas(facts: Facts, network: NetworkSettings): Finding[] {
  const isNew = facts.stackStatus.kind !== 'read' || facts.stackStatus.value === null
  if (network.kind !== 'create' || facts.quotas === null || !isNew) return []
  const addresses = network.nat.kind === 'gateways' ? network.nat.number : 0
  return judged('quotas', facts.quotas, (quotas) =>
    summarise(
      [
        ...full('VPCs', quotas.vpcs, 1),
        ...(addresses === 0 ? [] : full('Elastic IP addresses', quotas.addresses, addresses)),
      ],
      `there is room for a VPC${addresses === 0 ? '' : ' and its Elastic IP addresses'}`,
    ),
  )
}

const full = (
  what: string,
  { limit, used }: { readonly limit: number; readonly used: number },
  needed: number,
): Omit<Finding, 'check'>[] =>
  used + needed <= limit
    ? []
    : [
        {
          level: 'failure',
          says: `${used} of ${limit} ${what} are in use, and ${needed} more are needed: request more in Service Quotas`,
        },
      ]

/** Whether Scheduler's quotas are enough for a fleet of so many hosts, with the policy of a new database. */
export const checkScheduler = (
  { schedulerQuotas }: Facts,
  { initialPolicy }: Settings,
  hosts: number,
): Finding[] =>
  judged('Scheduler', schedulerQuotas, ({ schedules, invocationsPerSecond }) => {
    const wantedSchedules = Math.ceil(hosts / initialPolicy.hostsPerSchedule)
    const wantedInvocations = Math.ceil(wantedSchedules / initialPolicy.probeIntervalSeconds)
    const shared = 'set hosts_per_schedule in the policy, or request more in Service Quotas'
    return summarise(
      [
        ...(schedules !== null && wantedSchedules > schedules
          ? [
              {
                level: 'failure' as const,
                says: `${hosts} hosts need ${wantedSchedules} schedules, and the account may have ${schedules}: ${shared}`,
              },
            ]
          : []),
        ...(invocationsPerSecond !== null && wantedInvocations > invocationsPerSecond
          ? [
              {
                level: 'warning' as const,
                says: `${hosts} hosts need ${wantedInvocations} invocations per second, and Scheduler starts ${invocationsPerSecond}, so that probes are late: ${shared}`,
              },
            ]
          : []),
      ],
      `Scheduler's quotas are enough for ${hosts} hosts`,
    )
  })
