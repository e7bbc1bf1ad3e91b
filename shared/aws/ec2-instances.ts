import { EC2Client, type Filter, type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2'
import type { ListedMachine } from '../domain/inventory.ts'
import { FLEET_TAG, type InventorySource, machineHostId, PORT_TAG } from '../domain/inventory-source.ts'
import { SLOW_CALLS } from './client-settings.ts'
import type { SourceAccess } from './inventory-credentials.ts'
import { parseMachine } from './machine-row.ts'

/** AWS: DescribeInstances returns at most 1,000 instances per page. */
const INSTANCES_PER_PAGE = 1000

/** Which instances are listed. */
export type Ec2Query = {
  /** The value of the tag `fleet-awareness`. */
  readonly tagValue: string
  /** Only this one; null for all. */
  readonly instanceId: string | null
}

/** Lists the tagged EC2 instances of a source, in every state. A page that fails is thrown: half a list is none. */
export async function listInstances(
  source: InventorySource,
  access: SourceAccess,
  { tagValue, instanceId }: Ec2Query,
  signal: AbortSignal,
): Promise<ListedMachine[]> {
  const client = new EC2Client({ ...SLOW_CALLS, ...access })
  const filters: Filter[] = [{ Name: `tag:${FLEET_TAG}`, Values: [tagValue] }]
  if (instanceId !== null) filters.push({ Name: 'instance-id', Values: [instanceId] })
  try {
    const listed: ListedMachine[] = []
    const pages = paginateDescribeInstances(
      { client, pageSize: INSTANCES_PER_PAGE },
      { Filters: filters },
      { abortSignal: signal },
    )
    for await (const { Reservations = [] } of pages) {
      for (const { Instances = [] } of Reservations) {
        for (const instance of Instances) listed.push(...toMachine(source, instance))
      }
    }
    return listed
  } finally {
    client.destroy()
  }
}

function toMachine(source: InventorySource, instance: Instance): ListedMachine[] {
  const { InstanceId: instanceId, State, Tags = [] } = instance
  if (instanceId === undefined) return []
  const tag = (key: string): string | undefined => Tags.find(({ Key }) => Key === key)?.Value
  const id = machineHostId(source, instanceId)
  const name = tag('Name') || instanceId
  switch (State?.Name) {
    case 'running': {
      const parsed = parseMachine({ id, name, address: privateAddress(instance), port: tag(PORT_TAG) })
      return [
        'host' in parsed
          ? { id, name, state: 'running', ...parsed }
          : { id, name, state: 'unusable', ...parsed },
      ]
    }
    case 'pending':
      return [{ id, name, state: 'starting' }]
    default:
      return [{ id, name, state: 'gone' }]
  }
}

/** IPv6 where there is no IPv4: an instance in an IPv6-only subnet. */
const privateAddress = ({
  PrivateIpAddress,
  Ipv6Address,
  NetworkInterfaces = [],
}: Instance): string | undefined =>
  PrivateIpAddress ||
  Ipv6Address ||
  NetworkInterfaces.flatMap(({ Ipv6Addresses = [] }) => Ipv6Addresses).find(({ Ipv6Address }) => Ipv6Address)
    ?.Ipv6Address
