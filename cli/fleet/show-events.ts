import { AUDIT_ACTIONS } from '../../shared/contracts/audit-event.ts'
import type { EventListing } from '../../shared/contracts/operate-answer.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import { formatTime } from '../terminal/format.ts'
import type { Output } from '../terminal/output.ts'
import { resolveHostId } from '../terminal/resolve-host.ts'
import { formatTable, type Row } from '../terminal/table.ts'
import { describeEvent } from './describe-event.ts'
import type { OperatorClient } from './operator-client.ts'
import { findStart, type Since } from './since.ts'

export type EventsOrder = {
  readonly since: Since
  readonly host: string | null
  readonly action: string | null
  readonly limit: number
  readonly json: boolean
}

/** Shows the audit log since a time, newest first. By its id also a host that has left the fleet is found. */
export async function showEvents(
  client: OperatorClient,
  output: Output,
  order: EventsOrder,
  now: Date,
): Promise<ExitCode> {
  const { events, more } = await client.ask({
    command: 'events',
    since: findStart(order.since, now).toISOString(),
    limit: order.limit,
    ...(order.host !== null && { hostId: await resolveHostId(client.findHosts, order.host) }),
    ...(order.action !== null && { action: order.action }),
  })
  if (events.length === 0) refuseUnknownAction(order, now)
  if (order.json) for (const event of events) output.out(JSON.stringify(event))
  else for (const line of events.length > 0 ? formatEvents(events, output) : ['no events']) output.out(line)
  if (more) output.err(`there are older ones: --limit ${order.limit} leaves them out`)
  return EXIT.done
}

/** An action of another writer is known by its events; one that nobody has written is taken for a slip. */
function refuseUnknownAction({ action, since }: EventsOrder, now: Date): void {
  if (action === null || AUDIT_ACTIONS.some((known) => known === action)) return
  throw new UserError([
    `there is no action ${JSON.stringify(action)} in the log since ${formatTime(findStart(since, now).toISOString())}: ` +
      `this product writes ${AUDIT_ACTIONS.join(', ')}`,
  ])
}

/** Formats events as a table, in the order given. */
export function formatEvents(events: readonly EventListing[], output: Output): string[] {
  const rows = events.map((event): Row => {
    const { occurred_at, action, host_name, resource_id, outcome } = event
    return {
      cells: [formatTime(occurred_at), action, host_name ?? resource_id ?? '–', describeEvent(event)],
      paint: outcome === 'failure' ? 'red' : undefined,
    }
  })
  return formatTable(['TIME', 'ACTION', 'OF', 'WHAT'], rows, { ...output, wrap: true })
}
