import type { AnswerOf } from '../../shared/contracts/operate-answer.ts'
import { POLICY_KEYS } from '../../shared/contracts/policy.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import { formatNumber, formatTime } from '../terminal/format.ts'
import type { Output } from '../terminal/output.ts'
import { formatTable, paint } from '../terminal/table.ts'
import type { OperatorClient } from './operator-client.ts'

/** Shows how the installation and its fleet are. */
export async function showStatus(client: OperatorClient, output: Output, json: boolean): Promise<ExitCode> {
  const status = await client.ask({ command: 'status' })
  if (json) {
    output.out(JSON.stringify(status))
    return EXIT.done
  }
  const { hosts, policy, prober, warnings } = status
  const facts: readonly (readonly [string, string])[] = [
    ['stage', status.stage],
    ['migrations', `at version ${status.schema_version}`],
    ...Object.entries(hosts).map(([state, count]) => [`hosts ${state}`, formatNumber(count)] as const),
    ['overdue', formatNumber(status.overdue)],
    ['cannot be probed', formatNumber(status.unprobeable)],
    ...(prober === undefined ? [] : [['prober', describeProber(prober)] as const]),
    ...POLICY_KEYS.map((key) => [`policy ${key}`, String(policy[key])] as const),
  ]
  const rows = facts.map((cells) => ({ cells: [...cells] }))
  for (const line of formatTable(['', ''], rows, { ...output, wrap: true })) output.out(line)
  for (const warning of warnings) output.out(paint(`warning: ${warning}`, 'yellow', output.colours))
  return EXIT.done
}

/** Says whether what the prober finds is believed, and since when it is not. */
const describeProber = ({ state, since }: NonNullable<AnswerOf<'status'>['prober']>): string => {
  const sinceWhen = since === null ? '' : ` since ${formatTime(since)}`
  switch (state) {
    case 'trusted':
      return 'trusted'
    case 'suspect':
      return `suspect${sinceWhen}: no host is called down`
    case 'exhausted':
      return `was suspect for as long as it may be: hosts go down again${sinceWhen}`
  }
}
