import type { ChangeRow, NoticeRow } from '../../../infra/local/bus-feed.ts'
import type { Compliance } from '../../../infra/local/compliance.ts'
import type { FleetNumbers } from '../../../shared/db/fleet-view.ts'
import type { Outage } from '../watch-database.ts'

/** What a live run shows its user. */
export type View = {
  readonly loading: (loaded: number, total: number) => void
  readonly update: (state: LiveState) => void
  /** Leaves the last state to be read. */
  readonly close: () => void
}

export type LiveState = {
  readonly numbers: FleetNumbers
  /** Those that are new since the last update, oldest first. */
  readonly changes: readonly ChangeRow[]
  /** What else has happened since then. */
  readonly notices: readonly NoticeRow[]
  /** Absent in a view of probes alone; counted in the view when there is something to count. */
  readonly compliance?: Compliance
  /** Since when the prober is suspect; null or absent while it is trusted. */
  readonly suspectSince?: Date | null
  /** Probes that gave a result in this run. */
  readonly probes: number
  readonly fleetTime: Date
  /** Null while the database answers; otherwise everything else is as it last was. */
  readonly outage: Outage | null
  /** The latest failure of a function; null while there was none. */
  readonly fault: string | null
  readonly phase: 'running' | 'stopping' | 'stopped'
}
