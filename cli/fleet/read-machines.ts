import { readCallerIdentity } from '../../shared/aws/caller-identity.ts'
import { BOUNDED_CALLS } from '../../shared/aws/client-settings.ts'
import { listMachines } from '../../shared/aws/list-machines.ts'
import { type AddressClass, addressFault } from '../../shared/domain/addresses.ts'
import { UserError } from '../../shared/domain/errors.ts'
import type { FileHost } from '../../shared/domain/fleet-host.ts'
import type { ListedMachine } from '../../shared/domain/inventory.ts'
import { FLEET_TAG, type InventoryKind, type InventorySource } from '../../shared/domain/inventory-source.ts'
import { explainFault } from '../terminal/explain-aws-fault.ts'
import { RefusedError } from '../terminal/report-error.ts'

/** A fleet of 100,000 machines is a hundred pages. */
const LIST_TIMEOUT_MS = 120_000

const ACTIONS: Readonly<Record<InventoryKind, string>> = {
  ec2: 'ec2:DescribeInstances',
  ssm: 'ssm:DescribeInstanceInformation',
}

/**
 * Lists the tagged machines of the caller's account and region that run, with the ids that the inventory function gives
 * them.
 *
 * @throws RefusedError when AWS refuses the list, and UserError when no machine has the tag.
 */
export async function readMachines(
  kind: InventoryKind,
  tagValue: string,
  allowed: ReadonlySet<AddressClass>,
  note: (line: string) => void,
): Promise<FileHost[]> {
  const source = await ownSource(kind)
  const machines = await refusedAs(ACTIONS[kind], () =>
    listMachines(source, { tagValue, instanceId: null }, AbortSignal.timeout(LIST_TIMEOUT_MS)),
  )
  if (machines.length === 0)
    throw new UserError([
      `no machine in ${source.region} of account ${source.account} has the tag ${FLEET_TAG}=${tagValue}`,
    ])
  return machines.flatMap((machine) => {
    const fault = describeFault(machine, allowed)
    if (fault !== null) note(`${machine.name} is left out: ${fault}`)
    return fault === null && machine.state === 'running' ? [machine.host] : []
  })
}

function describeFault(machine: ListedMachine, allowed: ReadonlySet<AddressClass>): string | null {
  switch (machine.state) {
    case 'running':
      return addressFault(machine.host.address, allowed)
    case 'unusable':
      return machine.fault
    case 'starting':
      return 'it is being started'
    case 'gone':
      return 'it is stopped or terminated'
  }
}

const ownSource = (kind: InventoryKind): Promise<InventorySource> =>
  refusedAs('sts:GetCallerIdentity', async () => ({
    kind,
    ...(await readCallerIdentity(BOUNDED_CALLS)),
    roleArn: null,
  }))

async function refusedAs<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw new RefusedError(explainFault(error, action), { cause: error })
  }
}
