import type { ListedMachine } from '../domain/inventory.ts'
import type { InventorySource } from '../domain/inventory-source.ts'
import { listInstances } from './ec2-instances.ts'
import { accessSource } from './inventory-credentials.ts'
import { listManagedNodes } from './managed-nodes.ts'

/** Lists the machines of a source that are tagged for the fleet `tagValue`; with `instanceId`, only that instance. */
export async function listMachines(
  source: InventorySource,
  query: { readonly tagValue: string; readonly instanceId: string | null },
  signal: AbortSignal,
): Promise<ListedMachine[]> {
  const access = await accessSource(source, signal)
  return source.kind === 'ec2'
    ? listInstances(source, access, query, signal)
    : listManagedNodes(source, access, query, signal)
}
