import type { NatSettings, Settings } from '../../infra/aws/settings.ts'
import { PRICES, priceOf } from '../../shared/domain/prices.ts'
import { HOURS_A_MONTH } from './bill-assumptions.ts'

/** The disk of a NAT instance in GB. */
const NAT_DISK_GB = 8
/** Scheduler, SQS, EventBridge and SNS; with a secret also Secrets Manager. */
const ENDPOINTS = 4

/** Computes what the way out of the VPC costs in a month. */
export function networkUsd({ network, database }: Pick<Settings, 'network' | 'database'>): number {
  switch (network.kind) {
    case 'create':
      return natUsd(network.nat)
    case 'existing': {
      if (network.endpoints !== 'create') return 0
      const readsSecret = database.kind !== 'existing' || database.signIn.kind === 'secret'
      const endpoints = ENDPOINTS + (readsSecret ? 1 : 0)
      return HOURS_A_MONTH * endpoints * network.subnetIds.length * PRICES.endpointZoneHour
    }
    case 'none':
      return 0
  }
}

function natUsd(nat: NatSettings): number {
  if (nat.kind === 'gateways')
    return HOURS_A_MONTH * nat.number * (PRICES.natGatewayHour + PRICES.publicIpv4Hour)
  const hour = priceOf(PRICES.ec2Hour, nat.instanceType)
  return HOURS_A_MONTH * (hour + PRICES.publicIpv4Hour) + NAT_DISK_GB * PRICES.ebsGp3GbMonth
}
