import type { HostListing } from '../../shared/contracts/operate-answer.ts'
import type { ReachabilityStatus } from '../../shared/domain/reachability.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'
import { STATE_PAINT, shownTime, table } from '../terminal/table.ts'
import { counted, endpoint, milliseconds, plainNumber } from '../terminal/wording.ts'
import type { OperatorClient } from './operator-client.ts'
import { pagesOfFleet } from './whole-fleet.ts'

const HEADER = ['HOST', 'ADDRESS', 'STATE', 'SINCE', 'LAST PROBE', 'RESPONSE', 'ERROR']

/** The fleet, or the part of it in one state. */
export async function showHosts(
  client: OperatorClient,
  output: Output,
  { state, json }: { readonly state: ReachabilityStatus | null; readonly json: boolean },
): Promise<ExitCode> {
  const hosts: HostListing[] = []
  for await (const page of pagesOfFleet(client, state)) {
    if (json) for (const host of page) output.out(JSON.stringify(host))
    else hosts.push(...page)
  }
  if (json) return EXIT.done
  const rows = hosts.map((host) => ({ cells: cellsOf(host), paint: STATE_PAINT[host.state] }))
  for (const line of rows.length > 0 ? table(HEADER, rows, output) : []) output.out(line)
  output.out(summary(hosts, state))
  return EXIT.done
}

const cellsOf = (host: HostListing): string[] => [
  host.name,
  endpoint(host.address, host.port),
  host.state,
  shownTime(host.last_state_change_at),
  shownTime(host.last_probe_at),
  milliseconds(host.last_response_ms),
  host.last_error_type ?? '',
]

function summary(hosts: readonly HostListing[], state: ReachabilityStatus | null): string {
  if (state !== null) return `${counted(hosts.length, 'host')} ${state}`
  const count = (wanted: ReachabilityStatus): string =>
    `${plainNumber(hosts.filter((host) => host.state === wanted).length)} ${wanted}`
  return `${counted(hosts.length, 'host')}: ${count('reachable')}, ${count('unreachable')}, ${count('unknown')}`
}
