import { isIPv4 } from 'node:net'
import { refusal } from './refusal.ts'
import type { NetworkSettings } from './settings.ts'

/** The prefixes that AWS allows are /16 to /28; a third zone's subnets do not fit below /20 (one /22 and two /26 each). */
const WIDEST_PREFIX = 16
const NARROWEST_PREFIX = 20
/** Aurora wants subnets in two zones. */
const LEAST_ZONES = 2

/** Every reason why this network cannot be deployed into, or made. */
export function networkProblems(network: NetworkSettings): string[] {
  switch (network.kind) {
    case 'create':
      return createdProblems(network)
    case 'existing':
      return existingProblems(network)
    case 'none':
      return []
  }
}

const createdProblems = ({
  cidr,
  availabilityZones: zones,
}: Extract<NetworkSettings, { kind: 'create' }>): string[] => [
  ...refusal(
    !isRange(cidr),
    `vpcCidr ${cidr} is not a range for a VPC: it looks like 10.91.0.0/16, from /${WIDEST_PREFIX} to /${NARROWEST_PREFIX}, and begins where its range begins`,
  ),
  ...refusal(
    zones.length > 0 && new Set(zones).size < LEAST_ZONES,
    `availabilityZones holds ${zones.join(', ')}: the database needs two zones`,
  ),
  ...zones
    .filter((zone) => !/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/.test(zone))
    .map((zone) => `availabilityZones holds ${zone}, which is not a zone's name: it looks like eu-west-1a`),
]

const existingProblems = (network: Extract<NetworkSettings, { kind: 'existing' }>): string[] => [
  ...refusal(
    network.vpcId !== '' && !/^vpc-[0-9a-f]{8,17}$/.test(network.vpcId),
    `vpcId ${network.vpcId} is not a VPC's id: it looks like vpc-0a1b2c3d`,
  ),
  ...network.subnetIds
    .filter((id) => !/^subnet-[0-9a-f]{8,17}$/.test(id))
    .map((id) => `subnetIds holds ${id}, which is not a subnet's id: it looks like subnet-0a1b2c3d`),
]

function isRange(cidr: string): boolean {
  const [, address = '', bits = ''] = /^([0-9.]+)\/([0-9]{2})$/.exec(cidr) ?? []
  const prefix = Number(bits)
  if (!isIPv4(address) || prefix < WIDEST_PREFIX || prefix > NARROWEST_PREFIX) return false
  const number = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
  return number % 2 ** (32 - prefix) === 0
}
