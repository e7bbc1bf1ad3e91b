import { isIPv4 } from 'node:net'
import type { NetworkSettings } from '../../../infra/aws/settings.ts'
import type { Facts } from '../facts.ts'
import { type Finding, judged, summarise } from '../finding.ts'

/** Whether the range of the VPC that the stack creates is free in this account and region, so that it can be peered. */
export function checkRange({ vpcs }: Facts, network: NetworkSettings, stack: string): Finding[] {
  if (network.kind !== 'create' || vpcs === null) return []
  return judged('addresses', vpcs, (all) =>
    summarise(
      all
        .filter((vpc) => vpc.stack !== stack)
        .flatMap(({ id, cidrs }) =>
          cidrs.filter((cidr) => overlap(cidr, network.cidr)).map((cidr) => ({ id, cidr })),
        )
        .map(({ id, cidr }) => ({
          level: 'warning',
          says: `${network.cidr} overlaps with ${cidr} of ${id}, so the two cannot be peered: choose another range with -c vpcCidr= if hosts are there`,
        })),
      `no VPC or peered network of the account has addresses of ${network.cidr}`,
    ),
  )
}

/** Whether two IPv4 ranges have an address in common. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [parseRange(one), parseRange(other)]
  return a !== null && b !== null && a.first <= b.last && b.first <= a.last
}

function parseRange(cidr: string): { readonly first: number; readonly last: number } | null {
  const [address = '', bits = ''] = cidr.split('/')
  const prefix = Number(bits)
  if (!isIPv4(address) || bits === '' || !(prefix >= 0 && prefix <= 32)) return null
  const size = 2 ** (32 - prefix)
  const number = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
  const first = Math.floor(number / size) * size
  return { first, last: first + size - 1 }
}
