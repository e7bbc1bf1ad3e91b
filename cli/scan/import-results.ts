import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { Sql } from '../../shared/db/client.ts'
import { findHosts } from '../../shared/db/find-hosts.ts'
import { readLastScan } from '../../shared/db/last-scan.ts'
import { UserError } from '../../shared/domain/errors.ts'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import { uuidV5 } from '../../shared/domain/uuid-v5.ts'
import { announceScan } from '../../shared/producer/announce-scan.ts'
import { type RecordOutcome, recordScan } from '../../shared/producer/record-scan.ts'
import { readXccdfScan, type XccdfScan } from '../../shared/scans/xccdf/read-scan.ts'
import type { Output } from '../terminal/output.ts'
import { describeError, RefusedError } from '../terminal/report-error.ts'
import { resolveHost } from '../terminal/resolve-host.ts'
import type { Queue } from './destination.ts'
import { refuseFuture } from './refuse-future.ts'

export type Import = {
  /** The bytes of the results file, as they arrive. */
  readonly file: AsyncIterable<Uint8Array>
  readonly host: string
  /** Made from host and file by default, so that the same file again is the same scan. */
  readonly scanId: string | undefined
  /** Replaces the file's own. */
  readonly completedAt: Date | undefined
}

export type ImportDeps = {
  readonly openDatabase: () => Sql
  readonly openQueue: () => Queue
  readonly now: () => Date
  readonly output: Pick<Output, 'out' | 'err'>
}

/** Of this tool alone, drawn once by chance. */
const NAMESPACE = 'b7d1a0c4-52e6-4f0b-9a2c-6f1e4d7c3a58'

/**
 * Reads the whole file, then records it as a scan of the host and announces it.
 * @throws UserError and XccdfError for what its user can put right; nothing was written then.
 */
export async function importResults(deps: ImportDeps, wanted: Import): Promise<void> {
  const hash = createHash('sha256')
  const options = wanted.completedAt === undefined ? {} : { completedAt: wanted.completedAt }
  const scan = await readXccdfScan(addToHash(wanted.file, hash), options)
  refuseFuture(scan.completedAt, deps.now())
  const queue = deps.openQueue()
  const sql = deps.openDatabase()
  try {
    const host = await resolveHost((text) => findHosts(sql, text), wanted.host)
    warnOfOtherTarget(deps.output, host, scan)
    const scanId = wanted.scanId ?? uuidV5(NAMESPACE, `${host.id} ${hash.digest('hex')}`)
    const identified = { hostId: host.id, scanId, completedAt: scan.completedAt }
    const outcome = await recordScan(sql, { ...identified, results: scan.results })
    const sentence = await describeOutcome(sql, host, outcome, scan)
    await announceScan(queue.client, queue.url, identified).catch((cause: unknown) => {
      throw new RefusedError(`recorded, but not announced: run it again (${describeError(cause)})`, { cause })
    })
    deps.output.out(`${host.name} (${host.id}), scan ${scanId}: ${sentence}, announced`)
  } finally {
    queue.client.destroy()
    await sql.end({ timeout: 5 })
  }
}

/** @throws UserError when there is nothing to announce. */
async function describeOutcome(
  sql: Sql,
  host: FleetHost,
  outcome: RecordOutcome,
  scan: XccdfScan,
): Promise<string> {
  switch (outcome.outcome) {
    case 'recorded': {
      const { firstSeen, stateChanged, severityChanged } = outcome.changes
      const counts = [`${firstSeen} new`, `${stateChanged} changed`, `${severityChanged} re-graded`]
      return `${scan.results.length} rules recorded, ${counts.join(', ')}`
    }
    case 'already_recorded':
      return 'was recorded before'
    case 'superseded': {
      const newest = (await readLastScan(sql, host.id))?.completed_at.toISOString()
      throw new UserError([
        `this scan completed at ${scan.completedAt.toISOString()}, and ${host.name} has one of ${newest}: ` +
          'an older scan is not taken, nothing was written',
      ])
    }
    case 'unknown_host':
      throw new UserError(['the host left the fleet a moment ago: nothing was written'])
  }
}

/** Names and addresses seen from inside a machine need not be those of the fleet, so this is no fault. */
function warnOfOtherTarget({ err }: Pick<Output, 'err'>, host: FleetHost, { targets }: XccdfScan): void {
  const own = new Set([host.name, host.address].map(canonical))
  if (targets.length === 0 || targets.some((target) => own.has(canonical(target)))) return
  err(`note: the results are of ${targets.slice(0, 3).join(', ')}; recorded for ${host.name} ${host.address}`)
}

/** OpenSCAP writes IPv6 addresses in full, PostgreSQL in short. */
const canonical = (text: string): string =>
  isIPv6(text) && URL.canParse(`http://[${text}]`) ? new URL(`http://[${text}]`).hostname : text.toLowerCase()

async function* addToHash(file: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>) {
  for await (const chunk of file) {
    hash.update(chunk)
    yield chunk
  }
}
