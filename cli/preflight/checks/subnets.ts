import { calledServices } from '../../../infra/aws/called-services.ts'
import type { Settings } from '../../../infra/aws/settings.ts'
import type { Facts, Network, Subnet } from '../facts.ts'
import { type Finding, judged, summarise } from '../finding.ts'

type Existing = Extract<Settings['network'], { kind: 'existing' }>

/** What the stack creates no endpoint for: the migrate function answers CloudFormation through S3. */
const S3 = 's3'

/** Whether the subnets exist, and how they reach the APIs that the functions call. */
export function checkSubnets({ network: read }: Facts, settings: Settings): Finding[] {
  const { network } = settings
  if (network.kind !== 'existing' || read === null) return []
  const services = calledServices(settings).map(({ service }) => service)
  return [
    ...judged('subnets', read, (found) =>
      summarise(
        [...missing(found), ...strangers(found, network)],
        `the subnets are in ${network.vpcId}, in ${listZones(found).join(' and ')}`,
      ),
    ),
    ...judged('way to AWS', read, (found) =>
      summarise(
        found.subnets.flatMap((subnet) => wayOut(subnet, found, { network, services })),
        'every subnet has a way to the AWS APIs that the functions call',
      ),
    ),
  ]
}

const listZones = ({ subnets }: Network): string[] => [...new Set(subnets.map(({ zone }) => zone))]

const missing = (found: Network): Omit<Finding, 'check'>[] =>
  found.missing.map((id) => ({ level: 'failure', says: `there is no subnet ${id} in this region` }))

const strangers = ({ subnets }: Network, { vpcId }: Existing): Omit<Finding, 'check'>[] =>
  subnets
    .filter((subnet) => subnet.vpcId !== vpcId)
    .map(({ id, vpcId: actual }) => ({
      level: 'failure',
      says: `the subnet ${id} is in ${actual}, not in ${vpcId}`,
    }))

function wayOut(
  { id, defaultRoute, gatewayEndpoints }: Subnet,
  { endpoints }: Network,
  { network, services }: { readonly network: Existing; readonly services: readonly string[] },
): Omit<Finding, 'check'>[] {
  // A function has no public address, so that nothing comes back through an internet gateway.
  if (defaultRoute !== null && !defaultRoute.startsWith('igw-')) return []
  const why =
    defaultRoute === null
      ? `the subnet ${id} has no route out`
      : `the subnet ${id} is a public one: functions have no public address, and reach nothing through its internet gateway`
  const has = (service: string): boolean =>
    endpoints.some(
      (endpoint) =>
        endpoint.service === service &&
        (endpoint.kind === 'Interface' || gatewayEndpoints.includes(endpoint.id)),
    )
  const created = network.endpoints === 'create' ? services : []
  const lacking = [...services, S3].filter((service) => !has(service) && !created.includes(service))
  if (lacking.length === 0) return []
  const advice = lacking.some((service) => service !== S3)
    ? 'give -c endpoints=create, or route the subnet through NAT'
    : 'add an S3 gateway endpoint (free) to its route table, or the deployment waits for a quarter of an hour and fails'
  return [{ level: 'failure', says: `${why}, and no endpoint for ${lacking.join(', ')}: ${advice}` }]
}
