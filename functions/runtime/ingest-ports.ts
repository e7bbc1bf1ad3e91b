import type { S3Client } from '@aws-sdk/client-s3'
import type { SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { createS3Client, type ObjectVersion, openObject, tagObject } from '../../shared/aws/objects.ts'
import { createSqsClient, type RejectedMessage, sendToDeadLetters } from '../../shared/aws/queues.ts'
import { findHosts } from '../../shared/db/find-hosts.ts'
import { InvalidValueError } from '../../shared/domain/errors.ts'
import { announceScan } from '../../shared/producer/announce-scan.ts'
import { recordScanWithin } from '../../shared/producer/record-scan.ts'
import { ContradictoryResultsError, type Scan } from '../../shared/producer/scan-results.ts'
import { readScanFile } from '../../shared/scans/read-scan-file.ts'
import type { ScanFile } from '../../shared/scans/scan-file.ts'
import { ScanFileError } from '../../shared/scans/scan-file-error.ts'
import { parseEnvironment } from './config.ts'
import { depsFromEnvironment, type FunctionDeps } from './deps.ts'

export type IngestDeps = FunctionDeps & {
  readonly s3: S3Client
  readonly sqs: SQSClient
  /** Where finished scans are announced. */
  readonly scanQueueUrl: string
  readonly deadLetterQueueUrl: string
}

const INGEST_ENVIRONMENT = { SCAN_QUEUE_URL: z.url(), DEAD_LETTER_QUEUE_URL: z.url() }

/** The dependencies of the ingest function, from its environment variables. */
export function ingestDepsFromEnvironment(env: NodeJS.ProcessEnv): IngestDeps {
  const config = parseEnvironment(env, INGEST_ENVIRONMENT)
  return {
    ...depsFromEnvironment(env, 'ingest'),
    s3: createS3Client(),
    sqs: createSqsClient(),
    scanQueueUrl: config.SCAN_QUEUE_URL,
    deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL,
  }
}

/** The real ports of one message: the bucket, the database and two queues. */
export function ingestPorts(deps: IngestDeps, deadline: AbortSignal) {
  const { s3, sqs, now } = deps
  const { transaction } = deps.database.until(deadline)
  return {
    read: async (object: ObjectVersion) => {
      const chunks = await openObject(s3, object, deadline)
      return chunks === null ? ({ read: 'gone' } as const) : readScan(endedBy(deadline, chunks))
    },
    findHosts: (text: string) => transaction('snapshot', (tx) => findHosts(tx, text)),
    record: (ids: Omit<Scan, 'results'>, { results }: ScanFile) =>
      refusing(() =>
        recordScanWithin((body) => transaction('write', (tx) => body(tx)), { ...ids, results }, now),
      ),
    announce: (scan: Omit<Scan, 'results'>) => announceScan(sqs, deps.scanQueueUrl, scan),
    tag: (object: ObjectVersion, tags: Readonly<Record<string, string>>) =>
      tagObject(s3, object, tags, deadline),
    reject: (message: RejectedMessage) => sendToDeadLetters(sqs, deps.deadLetterQueueUrl, message),
  }
}

type Refused = { readonly read: 'refused'; readonly reason: string; readonly detail: string }

const readScan = (chunks: AsyncIterable<Uint8Array>) =>
  refusing(async () => ({ read: 'scan', scan: await readScanFile(chunks) }) as const)

/** Turns what is wrong with a file into an outcome. Everything else is a fault, and may pass. */
async function refusing<T>(work: () => Promise<T>): Promise<T | Refused> {
  try {
    return await work()
  } catch (error) {
    const reason = findReason(error)
    if (reason === null) throw error
    return { read: 'refused', reason, detail: error instanceof Error ? error.message : '' }
  }
}

function findReason(error: unknown): string | null {
  if (error instanceof ScanFileError) return error.fault
  if (error instanceof InvalidValueError) return 'invalid_value'
  return error instanceof ContradictoryResultsError ? 'contradictory_results' : null
}

/** Content of which nothing is read any more after the deadline. */
async function* endedBy(
  deadline: AbortSignal,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    deadline.throwIfAborted()
    yield chunk
  }
}
