import type { AnswerOf } from '../../shared/contracts/operate-answer.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import { formatCount, formatNumber, formatTime } from '../terminal/format.ts'
import type { Output } from '../terminal/output.ts'
import { formatTable } from '../terminal/table.ts'
import { describeMaintenance } from './describe-event.ts'
import type { OperatorClient } from './operator-client.ts'

export type StartOrder = {
  readonly hosts: readonly string[]
  readonly durationMs: number
  readonly reason: string
  readonly dryRun: boolean
  readonly json: boolean
}

/** Puts hosts under maintenance, or shows which ones it would be. */
export async function startMaintenance(
  client: OperatorClient,
  output: Output,
  { hosts, durationMs, reason, dryRun, json }: StartOrder,
): Promise<ExitCode> {
  const answer = await client.ask({
    command: 'maintenance.start',
    hosts: [...hosts],
    duration_ms: durationMs,
    reason,
    dry_run: dryRun,
  })
  if (answer.outcome === 'unmatched' || answer.outcome === 'too_many') return refuse(output, answer)
  if (json) output.out(JSON.stringify(answer))
  else {
    const until = `under maintenance until ${formatTime(answer.ends_at)}`
    const what = answer.outcome === 'started' ? until : `nothing is changed: it would be ${until}`
    output.out(`${what}: ${describeMaintenance(answer)}`)
    if (answer.id !== null) output.out(`end it before with: maintenance end ${answer.id}`)
  }
  return EXIT.done
}

/** Shows the maintenances that are under way. */
export async function listMaintenances(
  client: OperatorClient,
  output: Output,
  { json }: { readonly json: boolean },
): Promise<ExitCode> {
  const { maintenances, more } = await client.ask({ command: 'maintenance.list' })
  const rows = maintenances.map((each) => ({
    cells: [
      each.id,
      formatTime(each.ends_at),
      formatNumber(each.hosts),
      formatNumber(each.down),
      `${each.reason} (${each.names.join(', ')}${each.names.length < each.hosts ? ', …' : ''})`,
    ],
  }))
  if (json) for (const each of maintenances) output.out(JSON.stringify(each))
  else if (rows.length === 0) output.out('no host is under maintenance')
  else
    for (const line of formatTable(HEADER, rows, { ...output, right: [2, 3], wrap: true })) output.out(line)
  if (more) output.err('there are more: this is what one answer holds')
  return EXIT.done
}

const HEADER = ['ID', 'UNTIL', 'HOSTS', 'DOWN', 'WHY']

/** Ends maintenances, and takes hosts out of those that they are in. */
export async function endMaintenance(
  client: OperatorClient,
  output: Output,
  { hosts, json }: { readonly hosts: readonly string[]; readonly json: boolean },
): Promise<ExitCode> {
  const answer = await client.ask({ command: 'maintenance.end', hosts: [...hosts] })
  if (answer.outcome === 'unmatched' || answer.outcome === 'too_many') return refuse(output, answer)
  if (answer.outcome === 'not_in_maintenance') {
    output.err('none of these hosts is under maintenance')
    return EXIT.notFound
  }
  for (const each of answer.maintenances) {
    const down = each.still_down > 0 ? `, ${formatNumber(each.still_down)} still down` : ''
    output.out(json ? JSON.stringify(each) : `ended: ${describeMaintenance(each)}${down}`)
  }
  return EXIT.done
}

type Refusal = Extract<
  AnswerOf<'maintenance.start'> | AnswerOf<'maintenance.end'>,
  { outcome: 'unmatched' | 'too_many' }
>

function refuse({ err }: Output, answer: Refusal): ExitCode {
  if (answer.outcome === 'too_many') {
    err(
      `these are more than ${formatCount(answer.most, 'host')}, and one maintenance takes no more: name fewer`,
    )
    return EXIT.badInput
  }
  for (const text of answer.texts)
    err(`no host of the fleet is meant by ${JSON.stringify(text)}: nothing is changed`)
  return EXIT.notFound
}
