import { MAX_HOSTS_PER_PAGE } from '../../shared/contracts/operate-request.ts'
import {
  type AddressClass,
  DEFAULT_ALLOWED_ADDRESSES,
  parseAddressClasses,
} from '../../shared/domain/addresses.ts'
import { UserError } from '../../shared/domain/errors.ts'
import type { FileHost, FleetHost } from '../../shared/domain/fleet-host.ts'
import { type ImportPlan, planImport } from '../../shared/domain/import-plan.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import { formatCount, formatNumber } from '../terminal/format.ts'
import type { Output } from '../terminal/output.ts'
import { readFleetPages } from './fleet-pages.ts'
import type { OperatorClient } from './operator-client.ts'
import { showPlan } from './show-plan.ts'

export type ImportOrder = {
  /** Reads the file, in which an address of another class than these is a fault. */
  readonly read: (allowed: ReadonlySet<AddressClass>) => Promise<readonly FileHost[]>
  /** What people know the list by. */
  readonly from: string
  readonly prune: boolean
  readonly yes: boolean
  /** Shows what would change, and changes nothing. */
  readonly dryRun: boolean
  readonly json: boolean
}

/**
 * Adds and changes the hosts of a file, in parts that Lambda takes, and with `prune` removes those
 * that the file does not have: only hosts that were there when this began, so that one that joins meanwhile
 * is safe. Without a yes to that nothing is changed at all.
 */
export async function importFleet(
  client: OperatorClient,
  output: Output,
  order: ImportOrder,
): Promise<ExitCode> {
  const { policy } = await client.ask({ command: 'policy' })
  const file = await order.read(parseAddressClasses(policy.allowed_addresses) ?? DEFAULT_ALLOWED_ADDRESSES)
  const present: FleetHost[] = []
  for await (const page of readFleetPages(client)) {
    present.push(...page.map(({ id, name, address, port }) => ({ id, name, address, port })))
  }
  const plan = planImport(file, present)
  if (order.dryRun) {
    showPlan(output, order, plan, present)
    return EXIT.done
  }
  if (
    order.prune &&
    plan.missing.length > 0 &&
    !(await confirmRemoval(output, order, plan.missing, present.length))
  ) {
    return EXIT.needsYes
  }
  // Those that are as before too: they are recorded as imported, and no other source takes them away.
  for (const hosts of splitIntoParts(plan.hosts)) {
    const answer = await client.ask({ command: 'import', hosts: [...hosts] })
    if (answer.outcome === 'refused') throw new UserError(answer.faults)
  }
  let removed = 0
  for (const hosts of order.prune ? splitIntoParts(plan.missing) : []) {
    removed += (await client.ask({ command: 'remove', hostIds: hosts.map(({ id }) => id) })).removed
  }
  reportImport(output, order, plan, removed)
  return EXIT.done
}

async function confirmRemoval(
  output: Output,
  { from, yes }: ImportOrder,
  missing: readonly FleetHost[],
  fleetSize: number,
): Promise<boolean> {
  const some = missing.slice(0, MAX_NAMES_SHOWN).map(({ name }) => name)
  const names = missing.length > MAX_NAMES_SHOWN ? [...some, '…'] : some
  const are = missing.length === 1 ? 'is' : 'are'
  output.err(
    `${formatNumber(missing.length)} of ${formatCount(fleetSize, 'host')} ${are} not in ${from}, and ${yes ? 'leave' : 'would leave'} the fleet: ${names.join(', ')}`,
  )
  if (yes) return true
  if (output.confirm !== null && (await output.confirm('Remove them?'))) return true
  output.err('nothing was changed: --yes removes them')
  return false
}

const MAX_NAMES_SHOWN = 10

function splitIntoParts(hosts: readonly FleetHost[]): (readonly FleetHost[])[] {
  return Array.from({ length: Math.ceil(hosts.length / MAX_HOSTS_PER_PAGE) }, (_, i) =>
    hosts.slice(i * MAX_HOSTS_PER_PAGE, (i + 1) * MAX_HOSTS_PER_PAGE),
  )
}

function reportImport(output: Output, { prune, json }: ImportOrder, plan: ImportPlan, removed: number): void {
  const { unchanged } = plan
  const [added, changed, missing] = [plan.added.length, plan.changed.length, plan.missing.length]
  if (json) {
    output.out(JSON.stringify({ added, changed, unchanged, missing, removed }))
    return
  }
  const done = [
    `${formatCount(added, 'host')} added`,
    `${formatNumber(changed)} changed`,
    `${formatNumber(unchanged)} as before`,
  ]
  if (prune) done.push(`${formatNumber(removed)} removed`)
  output.out(done.join(', '))
  if (!prune && missing > 0) {
    output.out(
      `${formatCount(missing, 'host')} of the fleet ${missing === 1 ? 'is' : 'are'} not in the file: --prune removes such hosts`,
    )
  }
}
