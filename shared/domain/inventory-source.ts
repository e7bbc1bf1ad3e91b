import { type HostId, parseHostId } from './ids.ts'
import { uuidV5 } from './uuid-v5.ts'

/** The kinds of places that list machines: EC2 instances, and nodes outside of EC2 that Systems Manager manages. */
export const INVENTORY_KINDS = ['ec2', 'ssm'] as const
export type InventoryKind = (typeof INVENTORY_KINDS)[number]

/** One account and region, of which one kind of machines is listed. */
export type InventorySource = {
  readonly kind: InventoryKind
  /** 12 digits. */
  readonly account: string
  readonly region: string
  /** The role of that account to act as; null where it is the prober's own account. */
  readonly roleArn: string | null
}

/** What a machine is tagged with to be in the fleet; the value is the name of the installation. */
export const FLEET_TAG = 'fleet-awareness'
/** The tag with the port of its SSH server, where that is not 22. */
export const PORT_TAG = 'fleet-awareness:port'

/** The name under which the hosts of a source are recorded. */
export const formatSource = ({ kind, account, region }: InventorySource): string =>
  `${kind}:${account}:${region}`

/** Of all regions but those of China and of the government of the United States. */
const DEFAULT_PARTITION = 'aws'
const PARTITIONS = { 'cn-': 'aws-cn', 'us-gov-': 'aws-us-gov' } as const

/**
 * The id of the host that a machine is: a UUIDv5 of its ARN, which no other machine ever has. An EC2 instance that
 * Systems Manager manages as well is listed by EC2 alone, so that no machine has two ids.
 */
export function machineHostId({ kind, account, region }: InventorySource, machineId: string): HostId {
  const foreign = Object.entries(PARTITIONS).find(([prefix]) => region.startsWith(prefix))
  const resource = kind === 'ec2' ? `instance/${machineId}` : `managed-instance/${machineId}`
  const arn = `arn:${foreign?.[1] ?? DEFAULT_PARTITION}:${kind}:${region}:${account}:${resource}`
  return parseHostId(uuidV5(NAMESPACE, arn))
}

/** Of this product alone, drawn once by chance. */
const NAMESPACE = 'b9f59750-8c91-46fb-9cc3-50cb66f0a70c'
