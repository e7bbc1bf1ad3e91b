import type { ChangeRow, NoticeRow } from '../../../infra/local/bus-feed.ts'
import type { DriftRow } from '../../../shared/db/drift-view.ts'
import { formatCount, formatEndpoint, formatNumber } from '../../terminal/format.ts'
import type { LiveState, View } from './view.ts'
import {
  describeCompliance,
  describeDrift,
  describeFleet,
  describeNotice,
  describeQuiet,
  describeReason,
  formatComparedScores,
  formatDelta,
  formatName,
  formatSubject,
} from './wording.ts'

const STATUS_EVERY_MS = 10_000

/** Plain lines for a pipe or a file: one a change, and a status line now and then. */
export function createPlainView(write: (line: string) => void, nowMs: () => number): View {
  let lastStatusMs = Number.NEGATIVE_INFINITY
  let last: LiveState | undefined
  let shown: LiveState | undefined
  let outageStartMs: number | null = null
  /** Repeats every now and then that the database is unavailable, and at the end for how long it was. */
  const showOutage = ({ outage, fleetTime }: LiveState): void => {
    const time = fleetTime.toISOString()
    if (outage === null && outageStartMs !== null) {
      const seconds = Math.round((nowMs() - outageStartMs) / 1000)
      write(`${time} database answers again after ${seconds} s`)
      outageStartMs = null
    }
    if (outage === null || (outageStartMs !== null && nowMs() - lastStatusMs < STATUS_EVERY_MS)) return
    outageStartMs ??= nowMs()
    lastStatusMs = nowMs()
    write(`${time} database no answer since ${outage.since.toISOString()}: ${outage.reason}`)
  }
  const status = (state: LiveState): void => {
    const { numbers, probes, fleetTime, compliance } = state
    shown = state
    lastStatusMs = nowMs()
    const scans = !compliance?.judged ? '' : `; ${describeCompliance(compliance)}`
    write(
      `${fleetTime.toISOString()} status ${describeFleet(numbers)}; ${formatCount(probes, 'probe')}${scans}`,
    )
  }
  return {
    loading: (loaded, total) => {
      if (loaded > 0 && loaded < total)
        write(`loading ${formatNumber(loaded)} of ${formatCount(total, 'host')}`)
    },
    update: (state) => {
      if (state.fault !== null && state.fault !== last?.fault) write(`fault ${state.fault}`)
      last = state
      showOutage(state)
      for (const change of state.changes) write(changeLine(change))
      for (const notice of state.notices) write(noticeLine(notice))
      for (const drift of state.compliance?.drifts ?? []) write(driftLine(drift))
      if (state.outage === null && nowMs() - lastStatusMs >= STATUS_EVERY_MS) status(state)
    },
    close: () => {
      if (last !== undefined && last !== shown) status(last)
    },
  }
}

function changeLine(change: ChangeRow): string {
  const where = formatEndpoint(change.address, change.port)
  const states = `${change.from} -> ${change.to}`
  return `${change.occurredAt.toISOString()} change ${formatName(change)} ${where} ${states} (${describeReason(change)})${describeQuiet(change)}`
}

const noticeLine = (row: NoticeRow): string =>
  `${row.occurredAt.toISOString()} notice ${formatSubject(row)} ${describeNotice(row)}`

function driftLine(drift: DriftRow): string {
  const { before, after } = formatComparedScores(drift)
  const what = `${describeDrift(drift)}, ${formatDelta(drift)}`
  return `${drift.occurredAt.toISOString()} drift ${formatName(drift)} ${before} -> ${after} (${what})`
}
