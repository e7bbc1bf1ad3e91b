import type { AnswerOf } from '../../shared/contracts/operate-answer.ts'
import { describeInconclusive } from '../terminal/describe-attempt.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import { formatCount, formatEndpoint, formatMilliseconds, formatTime } from '../terminal/format.ts'
import type { Output } from '../terminal/output.ts'
import { noSuchHost, resolveHostId } from '../terminal/resolve-host.ts'
import { formatTable } from '../terminal/table.ts'
import type { OperatorClient } from './operator-client.ts'
import { formatEvents } from './show-events.ts'

type FoundHost = Extract<AnswerOf<'host'>, { outcome: 'found' }>

/** Shows all that is known of one host, and when it is probed next. */
export async function showHost(
  client: OperatorClient,
  output: Output,
  { host: text, json }: { readonly host: string; readonly json: boolean },
): Promise<ExitCode> {
  const answer = await client.ask({ command: 'host', hostId: await resolveHostId(client.findHosts, text) })
  if (answer.outcome === 'unknown_host') throw noSuchHost(text)
  const { host, maintenances, schedule, events } = answer
  if (json) {
    output.out(JSON.stringify({ host, maintenances, schedule, events }))
    return EXIT.done
  }
  const facts = describeHost(answer).map((cells) => ({ cells }))
  for (const line of formatTable([host.name, ''], facts, { ...output, wrap: true })) output.out(line)
  output.out('')
  for (const line of events.length > 0 ? formatEvents(events, output) : ['no events yet']) output.out(line)
  return EXIT.done
}

const describeHost = ({ host, maintenances, schedule }: FoundHost): [string, string][] => [
  ['id', host.id],
  ['address', formatEndpoint(host.address, host.port)],
  ['state', describeState(host)],
  ...(host.flapping_since === null ? [] : [flappingFact(host.flapping_since)]),
  ...maintenances.map(({ ends_at, reason }): [string, string] => [
    'maintenance',
    `until ${formatTime(ends_at)}: ${reason}`,
  ]),
  ['last probe', describeLastResult(host)],
  ...describeLastAttempt(host),
  ['calls itself', host.ssh_identification ?? '–'],
  ['in the fleet since', formatTime(host.created_at)],
  ['schedule', describeSchedule(schedule)],
  ['next probe', describeNextProbe(schedule)],
]

const flappingFact = (since: string): [string, string] => [
  'flapping',
  `since ${formatTime(since)}: its changes are not told until it is quiet`,
]

function describeState({ state, last_state_change_at: since }: FoundHost['host']): string {
  return since === null ? state : `${state}, since ${formatTime(since)}`
}

function describeLastResult(host: FoundHost['host']): string {
  if (host.last_probe_at === null) return describeInconclusive(host) ?? 'none yet'
  const time = formatTime(host.last_probe_at)
  if (host.last_error_type === null)
    return `${time}, answered in ${formatMilliseconds(host.last_response_ms)}`
  return `${time}, ${host.last_error_type}, ${formatCount(host.consecutive_failures, 'failure')} in a row`
}

/** The last attempt is shown if it is not the last probe, because it had no result. */
function describeLastAttempt(host: FoundHost['host']): [string, string][] {
  if (host.last_inconclusive_reason === null) return []
  const time = formatTime(host.last_attempt_at)
  const reason = host.last_probe_at === null ? '' : `, without result: ${host.last_inconclusive_reason}`
  return [['last attempt', `${time}${reason}`]]
}

function describeSchedule({ name, period_minutes, hosts }: FoundHost['schedule']): string {
  const shared = hosts > 1 ? `, shared by ${formatCount(hosts, 'host')}` : ''
  return `${name}, every ${formatCount(period_minutes, 'minute')}${shared}`
}

const describeNextProbe = ({ state, next_probe_at }: FoundHost['schedule']): string =>
  state === 'applied'
    ? `within a minute of ${formatTime(next_probe_at)}`
    : `the fan-out has not applied the schedule yet: it does within some minutes; then about ${formatTime(next_probe_at)}`
