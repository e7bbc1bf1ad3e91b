import { createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findFiles } from '../../../cli/scan/find-files.ts'
import { importFiles } from '../../../cli/scan/import-files.ts'
import { putResults } from '../../../cli/scan/put-results.ts'
import { openStageBucket } from '../../../cli/scan/stage-bucket.ts'
import { startDriftPipeline } from '../../../infra/local/drift-pipeline.ts'
import { writeEndpoints } from '../../../infra/local/endpoints.ts'
import { startIngestPipeline } from '../../../infra/local/ingest-pipeline.ts'
import { collectOutput } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'
import { testResult } from '../../support/xccdf-file.ts'

/** The running product, as far as it records results files, and a folder for them. */
async function running() {
  await using starting = new AsyncDisposableStack()
  const db = starting.use(await freshDatabase())
  const folder = mkdtempSync(join(tmpdir(), 'fleet-awareness-put-'))
  starting.defer(async () => rmSync(folder, { recursive: true, force: true }))
  const deps = {
    database: { owner: db.sql, ownerSignIn: db.owner, as: db.as, isShared: false, close: async () => {} },
    now: () => new Date(),
    log: collectOutput().stream,
    onFault: (error: unknown) => {
      throw error
    },
  }
  const drift = await startDriftPipeline(deps)
  starting.defer(drift.stop)
  const { queue, sqs } = drift
  const ingest = await startIngestPipeline({
    ...deps,
    sqs: { client: queue.client, endpoint: sqs.endpoint, scanQueueUrl: queue.url },
  })
  starting.defer(ingest.stop)
  const { host, port, database, username, password } = db.owner
  const signIn = { host, port, database, username, password: String(password) }
  writeEndpoints(folder, { pid: process.pid, sqs, s3: ingest.s3, database: signIn })
  const bucket = await openStageBucket('local', { env: {}, stateFolder: folder })
  starting.defer(bucket.close)
  const results = join(folder, 'results')
  mkdirSync(results)
  const owned = starting.move()
  const out: string[] = []
  return {
    db,
    write: (path: string, day: number, failed: number) => {
      const rules = Array.from({ length: 20 }, (_, i) => ({
        id: `r${i}`,
        result: i < failed ? 'fail' : 'pass',
      }))
      const endTime = `2026-03-0${day}T10:00:00Z`
      mkdirSync(join(results, path, '..'), { recursive: true })
      writeFileSync(join(results, path), testResult({ rules, endTime, target: 'host-1' }))
    },
    importAll: async (isWaiting = true) => {
      const deps = { ...bucket, isWaiting, pollMs: 20, now: () => new Date() }
      const given = { host: undefined, scanId: undefined, completedAt: undefined }
      const files = findFiles([results]).map((file) => ({
        ...file,
        ...given,
        open: () => readFile(file.path),
      }))
      const tell = (line: string): void => void out.push(line.replaceAll(`${results}/`, ''))
      const outcome = await importFiles(deps, { out: tell, err: tell }, files, (file) =>
        putResults(deps, file),
      ).then(
        () => 'done',
        (error: unknown) => String(error),
      )
      return { outcome, out: out.splice(0) }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path)
}

it('files that are put into the bucket are recorded one after another in the order of their scans, and the verdict on each is said', async () => {
  await using product = await running()
  const [hostId = ''] = await addHosts(product.db.sql, 1)
  product.write('host-1/b.xml', 1, 0)
  product.write('host-1/a.xml', 2, 1)
  product.write('host-1/c.xml', 3, 1)
  const { outcome, out } = await product.importAll()
  expect(outcome).toBe('done')
  const scan = `host ${hostId}, scan [0-9a-f-]{36}: recorded`
  expect(out).toEqual([
    'reading 3 files',
    expect.stringMatching(`^\\[1/3\\] host-1/b.xml: ${scan}, judged: not comparable: no prior baseline$`),
    expect.stringMatching(`^\\[2/3\\] host-1/a.xml: ${scan}, judged: minor worsening −5.0 pp$`),
    expect.stringMatching(`^\\[3/3\\] host-1/c.xml: ${scan}, judged: stable$`),
    '3 files: 3 recorded',
  ])
})

it('files that are put into the bucket and are no scan of a host are refused with the reason, and do not stop the others', async () => {
  await using product = await running()
  await addHosts(product.db.sql, 1)
  product.write('elsewhere/a.xml', 1, 0)
  product.write('host-1/b.xml', 2, 0)
  const { outcome, out } = await product.importAll()
  expect(out).toContain('elsewhere/a.xml: refused: unknown_host (docs/operations.md, Scan file dead letters)')
  expect(out.at(-1)).toBe('2 files: 1 recorded, 1 refused')
  expect(outcome).toContain('1 of 2 files were refused')
})

it('files that are put into the bucket may be left to it', async () => {
  await using product = await running()
  product.write('host-1/b.xml', 2, 0)
  const { out } = await product.importAll(false)
  expect(out).toContainEqual(
    expect.stringMatching(
      /put to s3:\/\/fleet-awareness-local-scans-000000000000-us-east-1\/host-1\/[0-9a-f-]{36}\/b.xml$/,
    ),
  )
})
