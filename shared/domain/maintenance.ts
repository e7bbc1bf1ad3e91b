import type { HostId } from './ids.ts'

/** Hosts in one maintenance: setting it is one statement, within the 25 s that an operator's command may take. */
export const MAX_HOSTS_IN_MAINTENANCE = 20_000
/** Texts in one command that each mean some hosts: each glob and network among them looks at the whole fleet. */
export const MAX_HOST_SELECTORS = 100
/** The shortest maintenance: the fan-out notices within a minute that one has ended. */
export const MIN_MAINTENANCE_MS = 60_000
/** The longest maintenance, 30 days: a host that is silenced for longer has been forgotten. */
export const MAX_MAINTENANCE_MS = 30 * 24 * 60 * 60 * 1000
/** A reason fits in a line of a table. The check of the table says the same. */
export const MAX_REASON_CHARACTERS = 200
/** How long a maintenance is kept after it has ended: as long as events and verdicts are worth looking at. */
export const KEEP_MAINTENANCES_MS = 400 * 24 * 60 * 60 * 1000

/** A host that some texts mean, and which of them do. */
export type SelectedHost = {
  readonly id: HostId
  readonly name: string
  /** Indexes of the texts. */
  readonly selectors: readonly number[]
}

export type Selection =
  | { readonly outcome: 'selected'; readonly hosts: readonly SelectedHost[] }
  /** Texts that mean no host of the fleet. */
  | { readonly outcome: 'unmatched'; readonly texts: readonly string[] }
  | { readonly outcome: 'too_many' }

/**
 * The hosts that are meant, or why none are: a text that means no host is taken for a slip, and then nothing is done
 * at all.
 * @param found at most MAX_HOSTS_IN_MAINTENANCE + 1 hosts, so that one too many is noticed
 */
export function judgeSelection(texts: readonly string[], found: readonly SelectedHost[]): Selection {
  if (found.length > MAX_HOSTS_IN_MAINTENANCE) return { outcome: 'too_many' }
  const matched = new Set(found.flatMap(({ selectors }) => selectors))
  const unmatched = texts.filter((_, i) => !matched.has(i))
  return unmatched.length > 0
    ? { outcome: 'unmatched', texts: unmatched }
    : { outcome: 'selected', hosts: found }
}

/** A maintenance as it is set. */
export type Maintenance = {
  /** A UUID. */
  readonly id: string
  readonly startsAt: Date
  readonly endsAt: Date
  readonly reason: string
}

/** Hosts of one maintenance that have just left it. */
export type MaintenanceEnd = {
  /** The id of the audit event that reports it. */
  readonly eventId: string
  readonly maintenance: Maintenance
  readonly hosts: number
  /** How many of them are unreachable, and in no other maintenance. */
  readonly stillDown: number
  /** Of some of them, sorted. */
  readonly names: readonly string[]
}
