import type { DriftType } from './drift-event.ts'
import type { EventHost } from './outbox.ts'
import type { TrustedReason } from './prober-hold.ts'
import type { ReachabilityStatus } from './reachability.ts'

/** What people may be told of, as the policy `notify` names it. */
export const NOTIFY_KINDS = ['down', 'up', 'major', 'minor', 'improvement', 'prober'] as const
export type NotifyKind = (typeof NOTIFY_KINDS)[number]

/** A change of a host, or of the prober, as far as a digest says it. */
export type DigestRow = {
  readonly sequence: number
  /** When its transaction began, in ms since the epoch. */
  readonly recordedAtMs: number
  readonly occurredAt: Date
  readonly host: EventHost | null
} & (
  | HostNews
  | ({ readonly what: 'prober' } & ProberChange)
  | { readonly what: 'maintenance_ended'; readonly hosts: readonly AfterMaintenance[] }
)

/** What a maintenance has left behind that people were not told of. */
export type AfterMaintenance = { readonly occurredAt: Date; readonly host: EventHost } & HostNews

/** What there is to say of a host. */
export type HostNews = {
  /** Whether the host was under maintenance, or flapping: what is still so when that ends is told then. */
  readonly isQuiet: boolean
} & (
  | {
      readonly what: 'status'
      /** What has ended that people heard nothing in: only now are they told. */
      readonly after: 'maintenance' | 'flapping' | null
      readonly from: ReachabilityStatus
      readonly to: ReachabilityStatus
      readonly errorType: string | null
    }
  | {
      readonly what: 'flapping'
      /** What the host was as it began. */
      readonly status: ReachabilityStatus
      /** How many changes there were, and in how many minutes; null where a maintenance hid its beginning. */
      readonly changes: { readonly count: number; readonly windowMinutes: number } | null
    }
  | {
      readonly what: 'drift'
      readonly driftType: DriftType
      readonly priorScore: number
      readonly currentScore: number
      /** Rules that became failing, by severity: critical, high, medium, low. */
      readonly becameFailing: readonly [number, number, number, number]
    }
)

/** A hold that began, or ended. */
export type ProberChange =
  | { readonly to: 'suspect'; readonly probed: number; readonly failed: number; readonly heldUntil: Date }
  | {
      readonly to: 'trusted'
      readonly reason: TrustedReason
      readonly suspectSince: Date
      readonly stillFailing: number
    }

/**
 * The kind of a change, or null where it is no news: a host that answers for the first time is expected to, and
 * nobody wants to hear of a host under maintenance. Who wants to hear of hosts that are down also hears of flapping ones.
 */
export function notifyKind(row: DigestRow): NotifyKind | null {
  if (row.what === 'prober') return 'prober'
  if (row.what === 'maintenance_ended' || row.isQuiet) return null
  if (row.what === 'drift') return row.driftType
  if (row.what === 'flapping') return 'down'
  if (row.to === 'unreachable') return 'down'
  return row.to === 'reachable' && row.from === 'unreachable' ? 'up' : null
}

/** The changes of single hosts: those that a maintenance has left behind are told when it ends. */
export const expand = (rows: readonly DigestRow[]): DigestRow[] =>
  rows.flatMap((row) =>
    row.what === 'maintenance_ended'
      ? row.hosts.map((left) => ({ sequence: row.sequence, recordedAtMs: row.recordedAtMs, ...left }))
      : [row],
  )

/** The kinds of a policy's `notify`. Names that are unknown are left out. */
export const parseNotify = (notify: string): ReadonlySet<NotifyKind> =>
  new Set(NOTIFY_KINDS.filter((kind) => notify.split(',').includes(kind)))

/** The shortest time between two digests. */
export const DIGEST_INTERVAL_MS = 60_000

/** Whether a digest may be sent now: the first change after a quiet minute at once, further ones a minute later. */
export const maySendDigest = (lastSentAt: Date | null, now: Date): boolean =>
  lastSentAt === null || now.getTime() - lastSentAt.getTime() >= DIGEST_INTERVAL_MS

/** A row that was reported: its sequence, and when its transaction began. */
export type ReportedRow = readonly [sequence: number, recordedAtMs: number]

/** What was reported: every row up to `through`, and further ones. */
export type ReportedRows = { readonly through: number; readonly beyond: readonly ReportedRow[] }

/** No transaction that writes events lasts as long: the functions' deadlines are below a minute. */
const SETTLED_AFTER_MS = 120_000

/**
 * Adds rows to those that were told. Sequences are given out before transactions commit, so a row may appear after
 * rows with higher ones: `through` only passes a row when no transaction from its time can still be open.
 */
export function addReported(reported: ReportedRows, rows: readonly DigestRow[], nowMs: number): ReportedRows {
  const all = [
    ...reported.beyond,
    ...rows.map(({ sequence, recordedAtMs }): ReportedRow => [sequence, recordedAtMs]),
  ]
  const settled = all.filter(([, recordedAtMs]) => nowMs - recordedAtMs >= SETTLED_AFTER_MS)
  const through = settled.reduce((highest, [sequence]) => Math.max(highest, sequence), reported.through)
  return { through, beyond: all.filter(([sequence]) => sequence > through) }
}

/** What was reported before; nobody else reports until the transaction ends. */
export type DigestWork = {
  readonly reported: ReportedRows
  readonly lastSentAt: Date | null
  readonly kinds: ReadonlySet<NotifyKind>
  /** The changes that were not told, oldest first. */
  readonly read: () => Promise<readonly DigestRow[]>
  readonly countDown: () => Promise<number>
  readonly save: (reported: ReportedRows, sentAt: Date | null) => Promise<void>
}
