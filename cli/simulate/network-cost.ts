import { calledServices } from '../../infra/aws/called-services.ts'
import type { NatSettings, Settings } from '../../infra/aws/settings.ts'
import { findPrice, PRICES } from '../../shared/domain/prices.ts'
import { HOURS_A_MONTH } from './bill-assumptions.ts'

/** The disk of a NAT instance in GB. */
const NAT_DISK_GB = 8

/** Computes what the way out of the VPC costs in a month. */
export function networkUsd(settings: Settings): number {
  const { network } = settings
  switch (network.kind) {
    case 'create':
      return natUsd(network.nat)
    case 'existing': {
      if (network.endpoints !== 'create') return 0
      return (
        HOURS_A_MONTH * calledServices(settings).length * network.subnetIds.length * PRICES.endpointZoneHour
      )
    }
    case 'none':
      return 0
  }
}

function natUsd(nat: NatSettings): number {
  if (nat.kind === 'gateways')
    return HOURS_A_MONTH * nat.number * (PRICES.natGatewayHour + PRICES.publicIpv4Hour)
  const hour = findPrice(PRICES.ec2Hour, nat.instanceType)
  return HOURS_A_MONTH * (hour + PRICES.publicIpv4Hour) + NAT_DISK_GB * PRICES.ebsGp3GbMonth
}
