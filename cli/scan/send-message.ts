import { SendMessageCommand } from '@aws-sdk/client-sqs'
import type { Sql } from '../../shared/db/client.ts'
import { findHosts } from '../../shared/db/find-hosts.ts'
import { readLastScan } from '../../shared/db/last-scan.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { isUuid } from '../../shared/domain/ids.ts'
import { announceScan } from '../../shared/producer/announce-scan.ts'
import type { Scan } from '../../shared/producer/scan-results.ts'
import { resolveHost } from '../terminal/resolve-host.ts'
import type { Queue } from './destination.ts'

export type Announcement = {
  readonly host: string
  /** The host's newest scan by default. */
  readonly scanId: string | undefined
  /** By default that of the newest scan, or with `scanId` now. */
  readonly completedAt: Date | undefined
}

type AnnouncedScan = Omit<Scan, 'results'>

/** Sends a body as it is, however wrong: to see where it ends up. */
export async function sendBody({ client, url }: Queue, body: string): Promise<void> {
  if (body === '') throw new UserError(['--body must not be empty: SQS takes no empty message'])
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }))
}

/**
 * Announces a scan and returns what it announced. With a host's id and a scan's id it asks no database: both
 * may be of things that are not there.
 */
export async function sendAnnouncement(
  queue: Queue,
  openDatabase: () => Sql,
  now: Date,
  wanted: Announcement,
): Promise<AnnouncedScan> {
  const scan = await findScan(openDatabase, now, wanted)
  await announceScan(queue.client, queue.url, scan)
  return scan
}

async function findScan(openDatabase: () => Sql, now: Date, wanted: Announcement): Promise<AnnouncedScan> {
  const { host, scanId } = wanted
  if (scanId !== undefined && isUuid(host)) {
    return { hostId: host, scanId, completedAt: wanted.completedAt ?? now }
  }
  const sql = openDatabase()
  try {
    const { id, name } = await resolveHost((text) => findHosts(sql, text), host)
    if (scanId !== undefined) return { hostId: id, scanId, completedAt: wanted.completedAt ?? now }
    const last = await readLastScan(sql, id)
    if (last === undefined) throw new UserError([`no scan of ${name} is recorded: give --scan-id`])
    return { hostId: id, scanId: last.scan_id, completedAt: wanted.completedAt ?? last.completed_at }
  } finally {
    await sql.end({ timeout: 5 })
  }
}
