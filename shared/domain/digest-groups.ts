import type { DigestRow, ProberChange } from './digest-item.ts'

/** What fits on the screen of a phone, for each section. */
const MAX_LINES = 20
/** As many hosts with one cause in one network are told in one line, where there are many lines. */
const MIN_GROUP = 5
const FEW_LINES = 10
const NAMED_IN_GROUP = 3
const MAX_NAME_CHARACTERS = 60

/** One line for each change, or for a group of hosts that share cause and network; 20 at most. */
export function groupedLines(rows: readonly DigestRow[]): string[] {
  if (rows.length <= FEW_LINES) return rows.map(line)
  const groups = [...Map.groupBy(rows, groupKey).entries()]
  const large = groups.filter(([, members]) => members.length >= MIN_GROUP)
  const lines = [
    ...large.toSorted(([, a], [, b]) => b.length - a.length).map(([key, members]) => groupLine(key, members)),
    ...groups.filter(([, members]) => members.length < MIN_GROUP).flatMap(([, members]) => members.map(line)),
  ]
  if (lines.length <= MAX_LINES) return lines
  return [...lines.slice(0, MAX_LINES - 1), `  and ${lines.length - MAX_LINES + 1} more`]
}

const groupKey = (row: DigestRow): string =>
  `${formatNetwork(row.host?.address ?? '')}${row.what === 'status' && row.errorType ? `: ${row.errorType}` : ''}`

function groupLine(key: string, members: readonly DigestRow[]): string {
  const names = members.slice(0, NAMED_IN_GROUP).map(formatName).join(', ')
  const since = time(
    members.reduce((first, { occurredAt }) => Math.min(first, occurredAt.getTime()), Infinity),
  )
  return `  ${members.length} hosts in ${key}  since ${since}  (${names}${members.length > NAMED_IN_GROUP ? ', …' : ''})`
}

/** The /16 of an IPv4 address, and the first three groups of an IPv6 address. */
function formatNetwork(address: string): string {
  const [a, b, ...rest] = address.split('.')
  if (rest.length === 2) return `${a}.${b}.0.0/16`
  const groups = address.split('::')[0]?.split(':').slice(0, 3) ?? []
  return address.includes(':') ? `${groups.join(':')}::/48` : 'no network'
}

function line(row: DigestRow): string {
  if (row.what === 'prober') return `  ${proberSentence(row, row.occurredAt)}`
  const where = row.host === null ? '' : `  ${endpoint(row.host.address, row.host.port)}`
  return `  ${formatName(row)}${where}  ${whatHappened(row)}`
}

/** What became of the prober, and what that means for the hosts. */
function proberSentence(change: ProberChange, at: Date): string {
  if (change.to === 'suspect') {
    const since = time(at.getTime())
    const until = time(change.heldUntil.getTime())
    return `suspect since ${since}: ${change.failed} of ${change.probed} hosts failed. No host is called down until it is trusted, or ${until}.`
  }
  const since = time(change.suspectSince.getTime())
  const failing = change.stillFailing === 1 ? '1 host fails' : `${change.stillFailing} hosts fail`
  if (change.reason === 'held_long_enough')
    return `was suspect since ${since}, and nothing has changed: ${failing}, and will be called down.`
  return `trusted again at ${time(at.getTime())}, was suspect since ${since}: ${failing} still.`
}

function whatHappened(row: Exclude<DigestRow, { what: 'prober' }>): string {
  const since = time(row.occurredAt.getTime())
  if (row.what === 'maintenance_ended') return ''
  if (row.what === 'status') {
    const after = row.after === 'flapping' ? '  after flapping' : ''
    return row.to === 'unreachable'
      ? `since ${since}  ${row.errorType ?? 'no reason'}${after}`
      : `at ${since}${after}`
  }
  if (row.what === 'flapping') {
    const { status, changes } = row
    return `${changes === null ? `since ${since}` : `${changes.count} changes in ${changes.windowMinutes} min`}, last ${status}`
  }
  const [critical, high, medium, low] = row.becameFailing
  const failing = [
    [critical, 'critical'],
    [high, 'high'],
    [medium, 'medium'],
    [low, 'low'],
  ].flatMap(([n, severity]) => (n === 0 ? [] : [`${n} ${severity}`]))
  const scores = `${percent(row.priorScore)} -> ${percent(row.currentScore)}`
  return failing.length === 0 ? scores : `${scores}  newly failing: ${failing.join(', ')}`
}

const percent = (score: number): string => `${Math.round(score * 10) / 10} %`

const endpoint = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** Host names are other people's text: no control character and no line end of theirs reaches the digest. */
const formatName = ({ host }: DigestRow): string =>
  (host?.name ?? 'a host that is gone').replaceAll(/\p{C}/gu, '?').slice(0, MAX_NAME_CHARACTERS)

/** `04:05 UTC` */
const time = (ms: number): string => `${new Date(ms).toISOString().slice(11, 16)} UTC`
