import type { AnswerOf } from '../../shared/contracts/operate-answer.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'
import { shownTime, table } from '../terminal/table.ts'
import { counted, endpoint, milliseconds } from '../terminal/wording.ts'
import type { OperatorClient } from './operator-client.ts'
import { noSuchHost, resolveHost } from './resolve-host.ts'
import { eventTable } from './show-events.ts'

type Shown = Extract<AnswerOf<'host'>, { outcome: 'found' }>

/** All that is known of one host, and when it is probed next. */
export async function showHost(
  client: OperatorClient,
  output: Output,
  { host: text, json }: { readonly host: string; readonly json: boolean },
): Promise<ExitCode> {
  const shown = await client.ask({ command: 'host', hostId: await resolveHost(client, text) })
  if (shown.outcome === 'unknown_host') throw noSuchHost(text)
  const { host, schedule, events } = shown
  if (json) {
    output.out(JSON.stringify({ host, schedule, events }))
    return EXIT.done
  }
  const facts = factsOf(shown).map((cells) => ({ cells }))
  for (const line of table([host.name, ''], facts, output)) output.out(line)
  output.out('')
  for (const line of events.length > 0 ? eventTable(events, output) : ['no events yet']) output.out(line)
  return EXIT.done
}

const factsOf = ({ host, schedule }: Shown): [string, string][] => [
  ['id', host.id],
  ['address', endpoint(host.address, host.port)],
  ['state', stateInWords(host)],
  ['last probe', lastResult(host)],
  ['calls itself', host.ssh_identification ?? '–'],
  ['in the fleet since', shownTime(host.created_at)],
  ['schedule', scheduleInWords(schedule)],
  ['next probe', nextProbe(schedule)],
]

function stateInWords({ state, last_state_change_at: since }: Shown['host']): string {
  return since === null ? state : `${state}, since ${shownTime(since)}`
}

function lastResult(host: Shown['host']): string {
  if (host.last_probe_at === null) return 'none yet'
  const time = shownTime(host.last_probe_at)
  if (host.last_error_type === null) return `${time}, answered in ${milliseconds(host.last_response_ms)}`
  return `${time}, ${host.last_error_type}, ${counted(host.consecutive_failures, 'failure')} in a row`
}

function scheduleInWords({ name, period_minutes, hosts }: Shown['schedule']): string {
  const shared = hosts > 1 ? `, shared by ${counted(hosts, 'host')}` : ''
  return `${name}, every ${counted(period_minutes, 'minute')}${shared}`
}

const nextProbe = ({ state, next_probe_at }: Shown['schedule']): string =>
  state === 'applied'
    ? `within a minute of ${shownTime(next_probe_at)}`
    : `the fan-out has not applied the schedule yet: it does within some minutes; then about ${shownTime(next_probe_at)}`
