import * as z from 'zod'
import {
  FAILURE_KINDS,
  type FailureKind,
  REACHABILITY_STATUSES,
  type ReachabilityStatus,
} from '../../shared/domain/reachability.ts'
import { type Notice, readNotice } from './bus-notice.ts'
import type { DeliveredEvent } from './emulators/event-bus/put-events.ts'

const STATUS = 'host.connectivity.checked'
const DRIFT = 'compliance.drift.detected'

/** What every event on the bus has. */
const Envelope = z.object({
  id: z.string(),
  occurred_at: z.iso.datetime(),
  host: z.object({ name: z.string(), address: z.string(), port: z.int() }).nullable(),
  in_maintenance: z.boolean(),
  flapping: z.boolean(),
})
type Envelope = z.output<typeof Envelope>

const Status = z.object({
  host_id: z.string(),
  prior_status: z.enum(REACHABILITY_STATUSES),
  new_status: z.enum(REACHABILITY_STATUSES),
  error_type: z.enum(FAILURE_KINDS).nullable(),
  response_time_ms: z.number().nullable(),
})

/** A change of a host's status, as the bus has delivered it. */
export type ChangeRow = {
  readonly id: string
  readonly occurredAt: Date
  readonly hostId: string
  readonly name: string | null
  readonly address: string | null
  readonly port: number | null
  readonly from: ReachabilityStatus
  readonly to: ReachabilityStatus
  readonly errorType: FailureKind | null
  readonly responseMs: number | null
  readonly isInMaintenance: boolean
  readonly isFlapping: boolean
}

/** Anything else that the bus has delivered, without drift, which is counted and shown in its own way. */
export type NoticeRow = {
  readonly id: string
  readonly occurredAt: Date
  /** Null where it is about no host. */
  readonly name: string | null
  readonly notice: Notice
}

export type BusFeed = {
  /** Takes an event as the target of a rule would. */
  readonly take: (event: DeliveredEvent) => void
  /** What is new since the last call, each once, in the order in which the bus took it. */
  readonly read: () => { readonly changes: readonly ChangeRow[]; readonly notices: readonly NoticeRow[] }
}

/** An event is put twice within minutes, if at all: after so many others it is not remembered any more. */
const MAX_REMEMBERED = 10_000

/**
 * Collects what the event bus delivers, from `startedAt` in fleet time: what an earlier run has left to be published is
 * no news.
 */
export function createBusFeed(startedAt: Date): BusFeed {
  const seen = new Set<string>()
  let changes: ChangeRow[] = []
  let notices: NoticeRow[] = []
  return {
    take: (delivered) => {
      const action = delivered['detail-type']
      const { data: envelope } = Envelope.safeParse(delivered.detail)
      if (envelope === undefined || action === DRIFT || seen.has(envelope.id)) return
      remember(seen, envelope.id)
      if (new Date(envelope.occurred_at) < startedAt) return
      // Other writers of the table may have events of the same action, and of another shape.
      const status = action === STATUS ? Status.safeParse(delivered.detail).data : undefined
      if (status !== undefined) changes.push(changeRow(envelope, status))
      else notices.push(noticeRow(envelope, readNotice(action, delivered.detail)))
    },
    read: () => {
      const news = { changes, notices }
      changes = []
      notices = []
      return news
    },
  }
}

function remember(seen: Set<string>, id: string): void {
  seen.add(id)
  const [oldest] = seen
  if (seen.size > MAX_REMEMBERED && oldest !== undefined) seen.delete(oldest)
}

const changeRow = (envelope: Envelope, status: z.output<typeof Status>): ChangeRow => ({
  id: envelope.id,
  occurredAt: new Date(envelope.occurred_at),
  hostId: status.host_id,
  name: envelope.host?.name ?? null,
  address: envelope.host?.address ?? null,
  port: envelope.host?.port ?? null,
  from: status.prior_status,
  to: status.new_status,
  errorType: status.error_type,
  responseMs: status.response_time_ms,
  isInMaintenance: envelope.in_maintenance,
  isFlapping: envelope.flapping,
})

const noticeRow = ({ id, occurred_at, host }: Envelope, notice: Notice): NoticeRow => ({
  id,
  occurredAt: new Date(occurred_at),
  name: host?.name ?? null,
  notice,
})
