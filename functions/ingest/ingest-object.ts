import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import { deriveScanId } from '../../shared/domain/scan-id.ts'
import { type FindHosts, type HostMatch, matchScannedHost } from '../../shared/domain/scanned-host.ts'
import type { PutObject } from './message.ts'

/** As much of a results file as is needed to decide whose it is; its results are the ports' business. */
export type IncomingScan = {
  readonly completedAt: Date
  readonly targets: readonly string[]
  readonly host: string | null
  readonly scanId: string | null
  readonly sha256: string
}

/** What was read of an object. */
export type ReadObject<Scan> =
  | { readonly read: 'scan'; readonly scan: Scan }
  /** It was deleted meanwhile. */
  | { readonly read: 'gone' }
  | Rejection

/** Why an object is no scan that can be recorded: a word for programs, and a sentence for people. */
export type Rejection = { readonly read: 'refused'; readonly reason: string; readonly detail: string }

export type LoggedChanges = {
  readonly firstSeen: number
  readonly stateChanged: number
  readonly severityChanged: number
}

/** The scan that an object became. */
export type ScanOfHost = { readonly hostId: string; readonly scanId: string; readonly completedAt: Date }

export type RecordResult =
  | { readonly outcome: 'recorded'; readonly changes: LoggedChanges }
  | { readonly outcome: 'already_recorded' | 'superseded' | 'unknown_host' | 'completed_at_in_future' }
  | Rejection

/** What S3 shows of an object, and `npm run scan:import` waits for. */
export type ObjectTags = { readonly 'fleet-awareness': 'recorded' | 'rejected' } & Readonly<
  Record<string, string>
>

export type IngestPorts<Scan extends IncomingScan> = {
  readonly read: (object: PutObject) => Promise<ReadObject<Scan>>
  readonly findHosts: FindHosts
  readonly record: (ids: ScanOfHost, scan: Scan) => Promise<RecordResult>
  readonly announce: (scan: ScanOfHost) => Promise<void>
  readonly tag: (object: PutObject, tags: ObjectTags) => Promise<void>
}

/** What came of an object. */
export type IngestOutcome = { readonly object: PutObject } & (
  | { readonly outcome: 'recorded'; readonly scan: ScanOfHost; readonly changes: LoggedChanges }
  /** The same content was recorded for the host before: it was put, or its message delivered, twice. */
  | { readonly outcome: 'repeated'; readonly scan: ScanOfHost }
  /** A later scan of the host is recorded already. */
  | { readonly outcome: 'superseded'; readonly scan: ScanOfHost }
  | { readonly outcome: 'gone' }
  /** Somebody has to look at it. */
  | { readonly outcome: 'rejected'; readonly reason: string; readonly detail: string }
)

/**
 * Reads an object, records it as a scan of its host, announces the scan and says on the object what came of it. Each
 * step may be repeated: whoever delivers the message again changes nothing.
 */
export async function ingestObject<Scan extends IncomingScan>(
  ports: IngestPorts<Scan>,
  object: PutObject,
): Promise<IngestOutcome> {
  const outcome = await ingest(ports, object)
  const tags = chooseTags(outcome)
  if (tags !== null) await ports.tag(object, tags)
  return outcome
}

async function ingest<Scan extends IncomingScan>(
  ports: IngestPorts<Scan>,
  object: PutObject,
): Promise<IngestOutcome> {
  const read = await ports.read(object)
  if (read.read === 'gone') return { object, outcome: 'gone' }
  if (read.read === 'refused') return rejected(object, read)
  const { scan } = read
  // A key that names a host which is not there is not recorded for another host that the content fits.
  const host = readFolder(object.key) ?? scan.host
  const match = await matchScannedHost(ports.findHosts, { folder: null, host, targets: scan.targets })
  if (match.match !== 'found') return rejected(object, noHost(match))
  const { id: hostId } = match.host
  const scanId = scan.scanId ?? deriveScanId(hostId, scan.sha256)
  const ids = { hostId, scanId, completedAt: scan.completedAt }
  return settle(ports, object, ids, await ports.record(ids, scan))
}

async function settle<Scan extends IncomingScan>(
  { announce }: IngestPorts<Scan>,
  object: PutObject,
  scan: ScanOfHost,
  result: RecordResult,
): Promise<IngestOutcome> {
  if ('read' in result) return rejected(object, result)
  switch (result.outcome) {
    case 'recorded':
      await announce(scan)
      return { object, outcome: 'recorded', scan, changes: result.changes }
    case 'already_recorded':
      // It may be that nobody announced it: the run that recorded it may have ended there.
      await announce(scan)
      return { object, outcome: 'repeated', scan }
    case 'superseded':
      return { object, outcome: 'superseded', scan }
    case 'unknown_host':
      return rejected(object, refusal('unknown_host', 'the host has left the fleet'))
    case 'completed_at_in_future':
      return rejected(
        object,
        refusal(
          'completed_at_in_future',
          `the scan completed at ${scan.completedAt.toISOString()}, which is in the future`,
        ),
      )
  }
}

const refusal = (reason: string, detail: string): Rejection => ({ read: 'refused', reason, detail })

const rejected = (object: PutObject, { reason, detail }: Rejection): IngestOutcome => ({
  object,
  outcome: 'rejected',
  reason,
  detail,
})

/** `<host>/…`: the first folder of the key names the host. */
function readFolder(key: string): string | null {
  const [folder, ...below] = key.split('/')
  return below.length > 0 && folder !== undefined && folder !== '' ? folder : null
}

function noHost(match: Exclude<HostMatch, { match: 'found' }>): Rejection {
  if (match.match === 'several')
    return refusal('ambiguous_host', `more than one host: ${listed(match.hosts)}`)
  if (match.named !== null) return refusal('unknown_host', `no host of the fleet is ${match.named}`)
  const names = match.targets.slice(0, 3).join(', ')
  return match.targets.length === 0
    ? refusal('no_host', 'neither the key nor the content names a host: put it under <host>/')
    : refusal('unknown_host', `no host of the fleet is ${names}: put it under <host>/`)
}

const listed = (hosts: readonly FleetHost[]): string =>
  hosts
    .slice(0, 3)
    .map(({ id, name, address }) => `${id} (${name}, ${address})`)
    .join(', ')

function chooseTags(outcome: IngestOutcome): ObjectTags | null {
  switch (outcome.outcome) {
    case 'gone':
      return null
    case 'recorded':
    case 'repeated':
      return { 'fleet-awareness': 'recorded', ...tagsOfScan(outcome.scan) }
    case 'superseded':
      return {
        'fleet-awareness': 'rejected',
        'fleet-awareness-reason': 'superseded',
        ...tagsOfScan(outcome.scan),
      }
    case 'rejected':
      return { 'fleet-awareness': 'rejected', 'fleet-awareness-reason': outcome.reason }
  }
}

const tagsOfScan = ({ hostId, scanId }: ScanOfHost) => ({
  'fleet-awareness-host': hostId,
  'fleet-awareness-scan': scanId,
})
