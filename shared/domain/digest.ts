import { groupedLines } from './digest-groups.ts'
import { type DigestRow, expand, type NotifyKind, notifyKind } from './digest-item.ts'

/** What people are sent. */
export type Digest = { readonly subject: string; readonly text: string }

export type DigestScope = {
  readonly stage: string
  readonly kinds: ReadonlySet<NotifyKind>
  /** How many hosts are down now. */
  readonly downNow: number
}

/** SNS takes a subject of fewer than 100 characters, all of them ASCII. */
const MAX_SUBJECT_CHARACTERS = 99

/** A digest of the changes of the kinds that are asked for; null where there is nothing to say. */
export function composeDigest(rows: readonly DigestRow[], scope: DigestScope): Digest | null {
  const sections = composeSections(newestOfEachHost(expand(rows)), scope.kinds)
  if (sections.length === 0) return null
  const counts = sections.map(({ rows, heading }) => heading.count(rows)).join(', ')
  const onlyRow = sections.length === 1 && sections[0]?.rows.length === 1 ? sections[0].rows[0] : undefined
  const only = onlyRow?.host?.name
  const isAllBack = scope.downNow === 0 && sections.every(({ name }) => name === 'up')
  const subject = `[${scope.stage}] ${counts}${isAllBack ? ', none down' : only ? `: ${only}` : ''}`
  const parts = [
    [`${capitalised(counts)}.`, downNowSentence(scope.downNow)].join(' '),
    ...sections.map(({ rows, heading }) => [heading.title, ...groupedLines(rows)].join('\n')),
    nextSteps(scope, sections),
  ]
  return { subject: ascii(subject).slice(0, MAX_SUBJECT_CHARACTERS), text: `${parts.join('\n\n')}\n` }
}

type Heading = { readonly title: string; readonly count: (rows: readonly DigestRow[]) => string }
/** Those of the kind `down` are three. */
type SectionName = NotifyKind | 'still_down' | 'flapping'
type Section = { readonly name: SectionName; readonly heading: Heading; readonly rows: readonly DigestRow[] }

const hosts = (n: number): string => `${n} ${n === 1 ? 'host' : 'hosts'}`

function proberWords(row: DigestRow | undefined): string {
  if (row?.what !== 'prober') return 'prober'
  if (row.to === 'suspect') return 'prober suspect'
  return row.reason === 'held_long_enough'
    ? `hold of the prober ended with ${hosts(row.stillFailing)} failing`
    : 'prober trusted again'
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** In the order in which a reader wants them. */
const HEADINGS: Readonly<Record<SectionName, Heading>> = {
  prober: { title: 'PROBER', count: (rows) => proberWords(rows.at(-1)) },
  down: { title: 'DOWN', count: ({ length }) => `${hosts(length)} down` },
  still_down: {
    title: 'STILL DOWN AFTER MAINTENANCE',
    count: ({ length }) => `${hosts(length)} still down after maintenance`,
  },
  flapping: {
    title: 'FLAPPING, TOLD AGAIN WHEN QUIET',
    count: ({ length }) => `${hosts(length)} flapping`,
  },
  up: { title: 'BACK', count: ({ length }) => `${hosts(length)} back` },
  major: { title: 'MAJOR DRIFT', count: ({ length }) => `${length} major drift` },
  minor: { title: 'MINOR DRIFT', count: ({ length }) => `${length} minor drift` },
  improvement: { title: 'IMPROVED', count: ({ length }) => `${length} improved` },
}

function composeSections(rows: readonly DigestRow[], kinds: ReadonlySet<NotifyKind>): Section[] {
  const wanted = rows.filter((row) => {
    const kind = notifyKind(row)
    return kind !== null && kinds.has(kind)
  })
  const bySection = Map.groupBy(wanted, sectionName)
  return (Object.keys(HEADINGS) as SectionName[]).flatMap((name) => {
    const inSection = bySection.get(name) ?? []
    return inSection.length === 0 ? [] : [{ name, heading: HEADINGS[name], rows: inSection }]
  })
}

function sectionName(row: DigestRow): SectionName | null {
  const kind = notifyKind(row)
  if (row.what === 'flapping' && kind !== null) return 'flapping'
  return kind === 'down' && row.what === 'status' && row.after === 'maintenance' ? 'still_down' : kind
}

/** A host that went down and came back is back, and so is the prober; each drift of a host is told. */
function newestOfEachHost(rows: readonly DigestRow[]): DigestRow[] {
  const ordered = rows.filter((row) => notifyKind(row) !== null).toSorted((a, b) => a.sequence - b.sequence)
  const newest = new Map(ordered.map((row) => [findSubject(row), row]))
  return [...newest.values()].toSorted((a, b) => a.sequence - b.sequence)
}

const findSubject = (row: DigestRow): string | number => {
  if (row.what === 'prober') return 'prober'
  return row.what !== 'drift' && row.host !== null ? row.host.id : row.sequence
}

const downNowSentence = (downNow: number): string =>
  downNow === 0 ? 'No host is down now.' : `Down now: ${hosts(downNow)}.`

/** What to type next. A name that a shell would not take as it is gives way to the id. */
function nextSteps({ stage, downNow }: DigestScope, sections: readonly Section[]): string {
  const fleet = `npm run fleet -- --stage ${stage}`
  const host = sections.find(({ name }) => name !== 'prober')?.rows[0]?.host
  return [
    'Look further:',
    ...(downNow > 0 ? [`  ${fleet} hosts --state unreachable`] : []),
    ...(host ? [`  ${fleet} host ${PLAIN_NAME.test(host.name) ? host.name : host.id}`] : []),
    `  ${fleet} events --since 1h`,
  ].join('\n')
}

const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** Names are other people's text: nothing but printable ASCII reaches a subject. */
const ascii = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?')
