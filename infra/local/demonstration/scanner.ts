import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { Sql } from '../../../shared/db/client.ts'
import { announceScan } from '../../../shared/producer/announce-scan.ts'
import { recordScan } from '../../../shared/producer/record-scan.ts'
import { demonstrationScan } from './scans.ts'

export type ScannerOptions = {
  readonly sql: Sql
  readonly queue: { readonly client: SQSClient; readonly url: string }
  /** The hosts to scan, one after another. */
  readonly hostIds: readonly string[]
  /** Fleet time. It increases from call to call. */
  readonly now: () => Date
  /** The pause between two scans, whatever their hosts, in real time. */
  readonly everyMs?: number
  readonly onFault: (message: string, cause: unknown) => void
}

export type Scanner = {
  /** Waits for the scan under way, and starts no other. */
  readonly stop: () => Promise<void>
}

/** With eight hosts, every kind of drift occurs within 24 s. */
const DEFAULT_EVERY_MS = 1_500

/**
 * Plays a scanner team's scanner: one host after another gets better and worse. Hosts that follow each other
 * are a scan apart in their rounds, so that the kinds of drift take turns.
 */
export function startDemonstrationScanner(options: ScannerOptions): Scanner {
  const stopping = new AbortController()
  const scanning = scanInTurn(options, stopping.signal)
  return {
    stop: async () => {
      stopping.abort()
      await scanning
    },
  }
}

async function scanInTurn(options: ScannerOptions, stopping: AbortSignal): Promise<void> {
  const { hostIds, everyMs = DEFAULT_EVERY_MS } = options
  for (let turn = 0; !stopping.aborted && hostIds.length > 0; turn++) {
    const position = turn % hostIds.length
    const hostId = hostIds[position] ?? ''
    const round = Math.floor(turn / hostIds.length)
    await scanOne(options, hostId, round + position).catch((cause: unknown) => {
      options.onFault('a scan of the demonstration was not recorded or not announced', cause)
    })
    await delay(everyMs, undefined, { signal: stopping }).catch(() => {})
  }
}

async function scanOne({ sql, queue, now }: ScannerOptions, hostId: string, n: number): Promise<void> {
  const scan = { hostId, scanId: randomUUID(), completedAt: now() }
  const { outcome } = await recordScan(sql, { ...scan, results: demonstrationScan(n) }, now)
  if (outcome === 'recorded') await announceScan(queue.client, queue.url, scan)
}
