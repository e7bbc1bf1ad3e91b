import { styleText } from 'node:util'
import type { ChangeRow, NoticeRow } from '../../../infra/local/bus-feed.ts'
import type { DriftRow } from '../../../shared/db/drift-view.ts'
import type { DriftType } from '../../../shared/domain/drift-event.ts'
import type { ReachabilityStatus } from '../../../shared/domain/reachability.ts'
import { formatEndpoint, formatMilliseconds, formatNumber } from '../../terminal/format.ts'
import type { LiveState } from './view.ts'
import {
  describeCompliance,
  describeDrift,
  describeInconclusive,
  describeNotice,
  describeOutage,
  describeQuiet,
  describeQuietHosts,
  describeReason,
  describeSuspect,
  formatComparedScores,
  formatDelta,
  formatName,
  formatSubject,
} from './wording.ts'

/** Text with a style, cut to the terminal's width before it is coloured. One that is optional is left out, not cut. */
type Piece = readonly [text: string, style?: Parameters<typeof styleText>[0], isOptional?: boolean]

export type ScreenState = LiveState & {
  readonly title: string
  readonly speed: number
  /** Oldest first; as many as fit are shown, newest on top. */
  readonly recent: readonly (ChangeRow | DriftRow | NoticeRow)[]
}

export type ScreenSize = { readonly columns: number; readonly rows: number; readonly colours: boolean }

const COLOURS: Record<ReachabilityStatus, 'green' | 'red' | 'yellow'> = {
  reachable: 'green',
  unreachable: 'red',
  unknown: 'yellow',
}
const STATUSES = ['reachable', 'unreachable', 'unknown'] as const
const DRIFT_COLOURS: Record<DriftType, 'green' | 'red' | 'yellow'> = {
  improvement: 'green',
  minor: 'yellow',
  major: 'red',
}
/** Title, numbers, bar, scans, fault and footer, with the empty lines between, and one for the cursor. */
const LINES_WITHOUT_CHANGES = 12
const MAX_BAR_CELLS = 60

const FOOTERS: Record<LiveState['phase'], string> = {
  running: '  Ctrl-C ends it',
  stopping: '  Stopping: probes in flight end …',
  stopped: '  Stopped',
}

/** The whole screen as one text that fits into `size`. */
export function renderScreen(state: ScreenState, size: ScreenSize): string {
  const room = Math.max(1, size.rows - LINES_WITHOUT_CHANGES)
  const changes = state.recent.slice(-room).toReversed().map(rowPieces)
  const lines: Piece[][] = [
    titlePieces(state),
    [],
    countPieces(state),
    barPieces(state, Math.min(MAX_BAR_CELLS, size.columns - 4)),
    responsePieces(state),
    ...compliancePieces(state),
    [],
    [[changes.length > 0 ? '  Last changes' : '  No host has changed yet', 'bold']],
    ...changes,
    [],
    [[`  ${describeTrouble(state)}`, 'red']],
    [[FOOTERS[state.phase], 'dim']],
  ]
  return lines.map((line) => styled(line, size)).join('\n')
}

/** The most important of what is wrong: there is room for one line. */
function describeTrouble({ outage, suspectSince, fault }: ScreenState): string {
  if (outage !== null) return describeOutage(outage)
  return suspectSince ? describeSuspect(suspectSince) : (fault ?? '')
}

function titlePieces({ title, speed, fleetTime }: ScreenState): Piece[] {
  const time = `${fleetTime.toISOString().slice(0, 19).replace('T', ' ')} UTC`
  const pace = speed === 1 ? '' : `, time runs ${speed}×`
  return [
    ['  Fleet Awareness', 'bold'],
    [` · ${title} · ${time}${pace}`, 'dim'],
  ]
}

function countPieces({ numbers }: ScreenState): Piece[] {
  const counts = STATUSES.flatMap((status): Piece[] => [
    ['   '],
    [`● ${formatNumber(numbers[status])} ${status}`, COLOURS[status]],
  ])
  const inconclusive = describeInconclusive(numbers)
  const attempts: Piece[] = inconclusive === null ? [] : [['   '], [inconclusive, 'yellow']]
  const quiet = describeQuietHosts(numbers)
  const silenced: Piece[] = quiet === null ? [] : [['   '], [quiet, 'dim']]
  return [[`  ${formatNumber(numbers.hosts)} hosts`, 'bold'], ...counts, ...silenced, ...attempts]
}

function barPieces({ numbers }: ScreenState, cells: number): Piece[] {
  const share = (status: ReachabilityStatus): number =>
    Math.round((numbers[status] / Math.max(1, numbers.hosts)) * Math.max(0, cells))
  const pieces = STATUSES.map((status): Piece => ['█'.repeat(share(status)), COLOURS[status]])
  return [['  '], ...pieces]
}

const responsePieces = ({ numbers, probes }: ScreenState): Piece[] => [
  [
    `  response p50 ${formatMilliseconds(numbers.p50Ms)}, p99 ${formatMilliseconds(numbers.p99Ms)}   ${formatNumber(probes)} probes`,
  ],
]

const compliancePieces = ({ compliance }: ScreenState): Piece[][] =>
  !compliance?.judged ? [] : [[[`  ${describeCompliance(compliance)}`]]]

const NAME_CELLS = 14
const STATUS_CELLS = 11
const REASON_CELLS = 18
const DELTA_CELLS = 9

function rowPieces(row: ChangeRow | DriftRow | NoticeRow): Piece[] {
  if ('driftType' in row) return driftPieces(row)
  return 'notice' in row ? noticePieces(row) : changePieces(row)
}

const noticePieces = (row: NoticeRow): Piece[] => [
  [`  ${row.occurredAt.toISOString().slice(11, 19)}  `, 'dim'],
  [`${formatSubject(row).padEnd(NAME_CELLS)} `],
  [describeNotice(row), 'yellow'],
]

const driftPieces = (drift: DriftRow): Piece[] => [
  [`  ${drift.occurredAt.toISOString().slice(11, 19)}  `, 'dim'],
  [`${formatName(drift).padEnd(NAME_CELLS)} `],
  [`${formatComparedScores(drift).before.padStart(STATUS_CELLS)} → `, 'dim'],
  [formatComparedScores(drift).after.padEnd(STATUS_CELLS), DRIFT_COLOURS[drift.driftType]],
  [` ${formatDelta(drift).padEnd(DELTA_CELLS)}`],
  [` ${describeDrift(drift)}`, 'dim', true],
]

const changePieces = (change: ChangeRow): Piece[] => [
  [`  ${change.occurredAt.toISOString().slice(11, 19)}  `, 'dim'],
  [`${formatName(change).padEnd(NAME_CELLS)} `],
  [`${change.from.padStart(STATUS_CELLS)} → `, 'dim'],
  [change.to.padEnd(STATUS_CELLS), COLOURS[change.to]],
  [` ${describeReason(change).padEnd(REASON_CELLS)}`],
  [`  ${formatEndpoint(change.address, change.port)}`, 'dim', true],
  [describeQuiet(change), 'dim', true],
]

function styled(line: readonly Piece[], { columns, colours }: ScreenSize): string {
  let room = columns
  return line
    .map(([text, style, isOptional = false]) => {
      const isLeftOut = isOptional && [...text].length > room
      const cut = isLeftOut ? '' : [...text].slice(0, room).join('')
      room -= [...cut].length
      return colours && style !== undefined && cut !== ''
        ? styleText(style, cut, { validateStream: false })
        : cut
    })
    .join('')
    .trimEnd()
}
