import * as z from 'zod'
import type { EventListing } from '../../shared/contracts/operate-answer.ts'
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts'
import { formatTime } from '../terminal/format.ts'
import type { Output } from '../terminal/output.ts'
import { resolveHostId } from '../terminal/resolve-host.ts'
import { formatTable, type Row } from '../terminal/table.ts'
import type { OperatorClient } from './operator-client.ts'
import { type Since, startOf } from './since.ts'

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
    since: startOf(order.since, now).toISOString(),
    limit: order.limit,
    ...(order.host !== null && { hostId: await resolveHostId(client.findHosts, order.host) }),
    ...(order.action !== null && { action: order.action }),
  })
  if (order.json) for (const event of events) output.out(JSON.stringify(event))
  else for (const line of events.length > 0 ? formatEvents(events, output) : ['no events']) output.out(line)
  if (more) output.err(`there are older ones: --limit ${order.limit} leaves them out`)
  return EXIT.done
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
  return formatTable(['TIME', 'ACTION', 'OF', 'WHAT'], rows, output)
}

const Connectivity = z.object({
  prior_status: z.string(),
  new_status: z.string(),
  error_type: z.string().nullable(),
})
const Drift = z.object({
  drift_type: z.string(),
  prior_score: z.number(),
  score_delta: z.number(),
  like_for_like_delta: z.number().nullish(),
  /** Absent in events that older versions stored. */
  compared_delta: z.number().optional(),
  basis: z.string().optional(),
})
const setting = z.union([z.string(), z.number()])
const settings = z.record(z.string(), setting)
const Change = z.object({ before: settings, after: settings, reason: z.string().optional() })

/** Describes what happened. The log may hold other writers' events too: what is not understood is shown as it is. */
function describeEvent({ action, detail }: EventListing): string {
  const raw = detail === null || detail === undefined ? '' : JSON.stringify(detail)
  switch (action) {
    case 'host.connectivity.checked': {
      const { data } = Connectivity.safeParse(detail)
      if (data === undefined) return raw
      const reason = data.error_type === null ? '' : `, ${data.error_type}`
      return `${data.prior_status} → ${data.new_status}${reason}`
    }
    case 'compliance.drift.detected': {
      const { data } = Drift.safeParse(detail)
      if (data === undefined) return raw
      return describeDrift(data)
    }
    case 'policy.changed': {
      const { data } = Change.safeParse(detail)
      if (data === undefined) return raw
      return data.reason === undefined ? describeChange(data) : `${describeChange(data)} (${data.reason})`
    }
    default:
      return raw
  }
}

/** Describes the scores and the delta that were compared: with the basis `common_rules` those without new rules. */
function describeDrift(drift: z.output<typeof Drift>): string {
  const isLikeForLike = drift.basis === 'common_rules'
  const byBasis = isLikeForLike ? (drift.like_for_like_delta ?? drift.score_delta) : drift.score_delta
  const delta = drift.compared_delta ?? byBasis
  const scores = `${round(drift.prior_score)} % → ${round(drift.prior_score + delta)} %`
  return `${drift.drift_type}, ${round(delta)} pp (${scores}${isLikeForLike ? ' of known rules' : ''})`
}

const round = (value: number): string => String(Math.round(value * 10) / 10)

/** Describes each setting that changed as `key: before → after`. */
export const describeChange = ({ before, after }: { before: object; after: object }): string => {
  const old = new Map<string, unknown>(Object.entries(before))
  return Object.entries(after)
    .map(([key, value]) => `${key}: ${String(old.get(key))} → ${String(value)}`)
    .join(', ')
}
