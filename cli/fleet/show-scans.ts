import type { ScanListing } from '../../shared/contracts/operate-answer.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import { formatTime } from '../terminal/format.ts'
import type { Output } from '../terminal/output.ts'
import { noSuchHost, resolveHostId } from '../terminal/resolve-host.ts'
import { formatTable, type Paint, type Row } from '../terminal/table.ts'
import { describeDelta, describeScore } from './describe-event.ts'
import type { OperatorClient } from './operator-client.ts'

export type ScansOrder = { readonly host: string; readonly limit: number; readonly json: boolean }

/** Shows the scans of a host that were judged, newest first. By its id also a host that has left the fleet is found. */
export async function showScans(
  client: OperatorClient,
  output: Output,
  { host, limit, json }: ScansOrder,
): Promise<ExitCode> {
  const hostId = await resolveHostId(client.findHosts, host)
  const answer = await client.ask({ command: 'scans', hostId, limit })
  if (answer.outcome === 'unknown_host') throw noSuchHost(host)
  const { scans, more } = answer
  if (json) for (const scan of scans) output.out(JSON.stringify(scan))
  else for (const line of scans.length > 0 ? formatScans(scans, output) : ['no scans']) output.out(line)
  if (more) output.err(`there are older ones: --limit ${limit} leaves them out`)
  return EXIT.done
}

const HEADER = ['COMPLETED', 'VERDICT', 'BEFORE', 'AFTER', 'DELTA', 'NEW RULES', 'SCAN']

const PAINT: Readonly<Partial<Record<ScanListing['kind'], Paint>>> = {
  major_worsening: 'red',
  minor_worsening: 'yellow',
  improvement: 'green',
}

/** Formats scans as a table, in the order given: the scores and the delta that were compared. */
export function formatScans(scans: readonly ScanListing[], output: Output): string[] {
  const rows = scans.map((scan): Row => {
    const { prior_score: before, current_score, score_delta, like_for_like_delta } = scan
    const isLikeForLike = scan.basis === 'common_rules'
    const delta = isLikeForLike ? like_for_like_delta : score_delta
    const after = before === null || delta === null ? current_score : before + delta
    return {
      cells: [
        formatTime(scan.completed_at),
        describeVerdict(scan),
        describeScore(before),
        describeScore(after),
        describeDelta(delta),
        String(scan.new_rules),
        scan.scan_id,
      ],
      paint: PAINT[scan.kind],
    }
  })
  return formatTable(HEADER, rows, { ...output, right: [2, 3, 4, 5] })
}

function describeVerdict({ kind, not_comparable, basis }: ScanListing): string {
  if (not_comparable !== null) return `not comparable: ${inWords(not_comparable)}`
  return basis === 'common_rules' && kind !== 'stable' ? `${inWords(kind)} of known rules` : inWords(kind)
}

const inWords = (name: string): string => name.replaceAll('_', ' ')
