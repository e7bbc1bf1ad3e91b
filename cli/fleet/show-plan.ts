import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import type { ImportPlan } from '../../shared/domain/import-plan.ts'
import { formatCount, formatEndpoint, formatNumber } from '../terminal/format.ts'
import type { Output } from '../terminal/output.ts'

const describe = ({ name, address, port }: FleetHost): string => `${name} ${formatEndpoint(address, port)}`

/** Shows what an import would change: a line for each host that it would add (+), change (~) or remove (-). */
export function showPlan(
  { out }: Pick<Output, 'out'>,
  { prune, json }: { readonly prune: boolean; readonly json: boolean },
  { added, changed, unchanged, missing }: ImportPlan,
  present: readonly FleetHost[],
): void {
  if (json) {
    const counts = { added: added.length, changed: changed.length, unchanged, missing: missing.length }
    out(JSON.stringify({ ...counts, removed: 0, dry_run: true }))
    return
  }
  const before = new Map(present.map((host) => [host.id, host]))
  for (const host of added) out(`+ ${describe(host)}`)
  for (const host of changed) {
    const known = before.get(host.id)
    out(`~ ${known === undefined ? '' : `${describe(known)} → `}${describe(host)}`)
  }
  if (prune) for (const host of missing) out(`- ${describe(host)}`)
  const would = [
    `${formatCount(added.length, 'host')} would be added`,
    `${formatNumber(changed.length)} changed`,
    `${formatNumber(unchanged)} as before`,
    ...(prune ? [`${formatNumber(missing.length)} removed`] : []),
  ]
  out(`${would.join(', ')}: nothing was changed`)
}
