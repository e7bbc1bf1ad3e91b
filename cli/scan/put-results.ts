import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { GetObjectTaggingCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { ScanListing } from '../../shared/contracts/operate-answer.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { collectChunks } from '../../shared/scans/collect-chunks.ts'
import { MAX_XML_BYTES } from '../../shared/scans/limits.ts'
import { RefusedError } from '../terminal/report-error.ts'
import { describeVerdict } from './describe-verdict.ts'
import type { NamedImport } from './import-files.ts'
import { type Imported, readResults } from './import-results.ts'
import type { StageBucket } from './stage-bucket.ts'

export type PutDeps = Omit<StageBucket, 'close'> & {
  readonly now: () => Date
  /** Whether to wait for what comes of a file. */
  readonly isWaiting: boolean
  readonly pollMs?: number
  readonly recordedWithinMs?: number
  readonly judgedWithinMs?: number
}

const POLL_MS = 500
/** After a whole fleet was scanned at once, files wait for others. */
const RECORDED_WITHIN_MS = 300_000
const JUDGED_WITHIN_MS = 60_000

/**
 * Puts a results file into the bucket of a stage, under the host that was typed or that its folder names, and waits for
 * what comes of it. The file is read first, so that nothing is put that is no results file.
 * @throws UserError and ScanFileError for what its user can put right, RefusedError where nothing comes of the file.
 */
export async function putResults(deps: PutDeps, file: NamedImport): Promise<Imported> {
  // Read once: it may be standard input.
  const Body = await collectChunks(file.open(), MAX_XML_BYTES)
  await readResults(deps.now(), { ...file, open: () => once(Body) })
  const host = file.host ?? file.folder
  if (host?.includes('/')) throw new UserError([`--host ${host} cannot be a part of a key: give name or id`])
  const name = file.path === '-' ? 'results' : basename(file.path)
  // A key of its own for each file: one that waits is never replaced by the next.
  const object = {
    Bucket: deps.bucket,
    Key: [...(host === null ? [] : [host]), randomUUID(), name].join('/'),
  }
  const { VersionId } = await deps.client.send(new PutObjectCommand({ ...object, Body }))
  const where = `s3://${object.Bucket}/${object.Key}`
  if (!deps.isWaiting) return { outcome: 'recorded', sentence: `put to ${where}` }
  const tags = await waitForTags(deps, { ...object, VersionId }, where)
  return describeTags(deps, tags)
}

async function* once(content: Buffer): AsyncGenerator<Uint8Array> {
  yield content
}

type Tags = ReadonlyMap<string, string>

async function waitForTags(
  { client, pollMs = POLL_MS, recordedWithinMs = RECORDED_WITHIN_MS }: PutDeps,
  object: { readonly Bucket: string; readonly Key: string; readonly VersionId: string | undefined },
  where: string,
): Promise<Tags> {
  const untilMs = performance.now() + recordedWithinMs
  while (performance.now() < untilMs) {
    const { TagSet = [] } = await client.send(new GetObjectTaggingCommand(object))
    const tags = new Map(TagSet.map(({ Key = '', Value = '' }) => [Key, Value]))
    if (tags.has('fleet-awareness')) return tags
    await pause(pollMs)
  }
  throw new RefusedError(
    `nothing has come of ${where} within ${recordedWithinMs / 1000} s: the ingest function may be failing, and goes on trying`,
  )
}

async function describeTags(deps: PutDeps, tags: Tags): Promise<Imported> {
  const [hostId = '', scanId = '', reason] = ['host', 'scan', 'reason'].map((name) =>
    tags.get(`fleet-awareness-${name}`),
  )
  if (reason === 'superseded') {
    const sentence = 'a later scan of the host is recorded: an older scan is not taken, nothing was written'
    return { outcome: 'superseded', sentence }
  }
  if (tags.get('fleet-awareness') !== 'recorded') {
    throw new UserError([`refused: ${reason} (docs/operations.md, Scan file dead letters)`])
  }
  const verdict = await waitForVerdict(deps, hostId, scanId)
  const judged = verdict === null ? 'not judged yet' : `judged: ${describeVerdict(verdict)}`
  return { outcome: 'recorded', sentence: `host ${hostId}, scan ${scanId}: recorded, ${judged}` }
}

async function waitForVerdict(
  { listVerdicts, pollMs = POLL_MS, judgedWithinMs = JUDGED_WITHIN_MS }: PutDeps,
  hostId: string,
  scanId: string,
): Promise<ScanListing | null> {
  const untilMs = performance.now() + judgedWithinMs
  while (performance.now() < untilMs) {
    const verdict = (await listVerdicts(hostId)).find(({ scan_id }) => scan_id === scanId)
    if (verdict !== undefined) return verdict
    await pause(pollMs)
  }
  return null
}
