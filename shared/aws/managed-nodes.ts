import {
  type InstanceInformation,
  type InstanceInformationStringFilter,
  ListTagsForResourceCommand,
  paginateDescribeInstanceInformation,
  SSMClient,
} from '@aws-sdk/client-ssm'
import type { ListedMachine } from '../domain/inventory.ts'
import { FLEET_TAG, type InventorySource, machineHostId, PORT_TAG } from '../domain/inventory-source.ts'
import { SLOW_CALLS } from './client-settings.ts'
import type { SourceAccess } from './inventory-credentials.ts'
import { parseMachine } from './machine-row.ts'

/** AWS: DescribeInstanceInformation returns at most 50 nodes per page. */
const NODES_PER_PAGE = 50

/**
 * Lists the tagged nodes outside of EC2 that Systems Manager manages. A node whose agent is silent is listed as well:
 * whether it answers is what the prober finds out. A page that fails is thrown.
 */
export async function listManagedNodes(
  source: InventorySource,
  access: SourceAccess,
  { tagValue }: { readonly tagValue: string },
  signal: AbortSignal,
): Promise<ListedMachine[]> {
  const client = new SSMClient({ ...SLOW_CALLS, ...access })
  try {
    const tagged: InstanceInformationStringFilter[] = [
      { Key: `tag:${FLEET_TAG}`, Values: [tagValue] },
      { Key: 'ResourceType', Values: ['ManagedInstance'] },
    ]
    const nodes = await listNodes(client, tagged, signal)
    const ports = await readPorts(client, tagged, signal)
    return nodes.map((node) => toMachine(source, node, ports))
  } finally {
    client.destroy()
  }
}

type Node = InstanceInformation & { readonly InstanceId: string }

async function listNodes(
  client: SSMClient,
  filters: InstanceInformationStringFilter[],
  signal: AbortSignal,
): Promise<Node[]> {
  const nodes: Node[] = []
  const pages = paginateDescribeInstanceInformation(
    { client, pageSize: NODES_PER_PAGE },
    { Filters: filters },
    { abortSignal: signal },
  )
  for await (const { InstanceInformationList = [] } of pages) {
    for (const node of InstanceInformationList) {
      const { InstanceId } = node
      if (InstanceId !== undefined) nodes.push({ ...node, InstanceId })
    }
  }
  return nodes
}

/** The list has no tags in it: those with a port are asked for theirs, and these are few. */
async function readPorts(
  client: SSMClient,
  tagged: readonly InstanceInformationStringFilter[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string | undefined>> {
  const withPort = await listNodes(client, [...tagged, { Key: 'tag-key', Values: [PORT_TAG] }], signal)
  const ports = new Map<string, string | undefined>()
  for (const { InstanceId } of withPort) {
    const command = new ListTagsForResourceCommand({
      ResourceType: 'ManagedInstance',
      ResourceId: InstanceId,
    })
    const { TagList = [] } = await client.send(command, { abortSignal: signal })
    ports.set(InstanceId, TagList.find(({ Key }) => Key === PORT_TAG)?.Value)
  }
  return ports
}

function toMachine(
  source: InventorySource,
  { InstanceId, Name, ComputerName, IPAddress }: Node,
  ports: ReadonlyMap<string, string | undefined>,
): ListedMachine {
  const id = machineHostId(source, InstanceId)
  const name = Name || ComputerName || InstanceId
  const parsed = parseMachine({ id, name, address: IPAddress || undefined, port: ports.get(InstanceId) })
  return 'host' in parsed
    ? { id, name, state: 'running', ...parsed }
    : { id, name, state: 'unusable', ...parsed }
}
