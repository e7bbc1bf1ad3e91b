import type { HostListing } from '../../shared/contracts/operate-answer.ts'
import type { QuietReason } from '../../shared/domain/operator-queries.ts'
import type { ReachabilityStatus } from '../../shared/domain/reachability.ts'
import { describeInconclusive } from '../terminal/describe-attempt.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import {
  formatCount,
  formatEndpoint,
  formatMilliseconds,
  formatNumber,
  formatTime,
} from '../terminal/format.ts'
import type { Output } from '../terminal/output.ts'
import { formatTable, STATE_PAINT } from '../terminal/table.ts'
import { readFleetPages } from './fleet-pages.ts'
import type { OperatorClient } from './operator-client.ts'

/** What a narrow terminal cuts off is what matters least. */
const HEADER = ['HOST', 'ADDRESS', 'STATE', 'RESPONSE', 'ERROR', 'SINCE', 'LAST PROBE']

export type HostsOrder = {
  readonly state: ReachabilityStatus | null
  readonly only: QuietReason | undefined
  readonly json: boolean
}

/** Shows the fleet, or the part of it in one state. */
export async function showHosts(
  client: OperatorClient,
  output: Output,
  { state, only, json }: HostsOrder,
): Promise<ExitCode> {
  const hosts: HostListing[] = []
  for await (const page of readFleetPages(client, state, only)) {
    if (json) for (const host of page) output.out(JSON.stringify(host))
    else hosts.push(...page)
  }
  if (json) return EXIT.done
  const rows = hosts.map((host) => ({ cells: formatCells(host), paint: STATE_PAINT[host.state] }))
  for (const line of rows.length > 0 ? formatTable(HEADER, rows, output) : []) output.out(line)
  output.out(summarise(hosts, state))
  return EXIT.done
}

const formatCells = (host: HostListing): string[] => [
  host.name,
  formatEndpoint(host.address, host.port),
  describeState(host),
  formatMilliseconds(host.last_response_ms),
  [host.last_error_type, describeInconclusive(host)].filter((text) => text !== null).join('; '),
  formatTime(host.last_state_change_at),
  formatTime(host.last_probe_at),
]

/** A host that people do not hear of is shown with the reason. */
function describeState({ state, maintenance_until, flapping_since }: HostListing): string {
  const reasons = [maintenance_until !== null && 'maintenance', flapping_since !== null && 'flapping']
  const given = reasons.filter(Boolean).join(', ')
  return given === '' ? state : `${state} (${given})`
}

function summarise(hosts: readonly HostListing[], state: ReachabilityStatus | null): string {
  if (state !== null) return `${formatCount(hosts.length, 'host')} ${state}`
  const count = (wanted: ReachabilityStatus): string =>
    `${formatNumber(hosts.filter((host) => host.state === wanted).length)} ${wanted}`
  return `${formatCount(hosts.length, 'host')}: ${count('reachable')}, ${count('unreachable')}, ${count('unknown')}`
}
