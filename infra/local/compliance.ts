import type { Connection } from '../../shared/db/client.ts'
import type { DriftRow } from '../../shared/db/drift-view.ts'
import type { DriftType } from '../../shared/domain/drift-event.ts'
import { createDriftFeed } from './change-feed.ts'
import { type Scanner, startDemonstrationScanner } from './demonstration/scanner.ts'
import { type DriftPipeline, type DriftPipelineDeps, startDriftPipeline } from './drift-pipeline.ts'
import { removeEndpoints, writeEndpoints } from './endpoints.ts'
import { type IngestPipeline, startIngestPipeline } from './ingest-pipeline.ts'
import type { LocalDatabase } from './postgres/local-database.ts'

/** The verdicts on the scans that were announced in this run. */
export type Compliance = {
  /** Drift that is new since the last update, oldest first. */
  readonly drifts: readonly DriftRow[]
  readonly judged: number
  /** How many of those drifted; the others were stable. */
  readonly drifted: Readonly<Record<DriftType, number>>
}

export type ComplianceDeps = DriftPipelineDeps & {
  /** How many seconds of fleet time pass per second of real time. */
  readonly speed: number
  /** The folder in which the tools find the endpoints of this run. */
  readonly stateFolder: string
  /** Ids of the hosts that the scanner of the demonstration scans; empty for the fleet of a user. */
  readonly scannedHosts: readonly string[]
}

export type ComplianceRun = {
  /** Reads what is new since the last call. */
  readonly read: () => Promise<Compliance>
  /** Accepts no more scans, waits for those under way, and stops everything. It may be called more than once. */
  readonly stop: () => Promise<void>
}

/**
 * Starts what records results files and judges scans, publishes the endpoints for `npm run scan:import` and `scan:send`, and in the
 * demonstration plays a scanner. Failures of the function and of the scanner go to `onFault`.
 */
export async function startCompliance(deps: ComplianceDeps): Promise<ComplianceRun> {
  const readDrifts = createDriftFeed(deps.database.owner, new Date())
  const drifted: Record<DriftType, number> = { improvement: 0, minor: 0, major: 0 }
  const pipeline = await startDriftPipeline(deps)
  const { queue, sqs } = pipeline
  const files = await startIngestPipeline({
    ...deps,
    sqs: { client: queue.client, endpoint: sqs.endpoint, scanQueueUrl: queue.url },
  })
  const scanner = startScanner(deps, pipeline)
  const unpublish = publish(deps, pipeline, files)
  const stopAll = async (): Promise<void> => {
    unpublish()
    await scanner.stop()
    await files.stop()
    await pipeline.stop()
  }
  let stopped: Promise<void> | undefined
  return {
    read: async () => {
      const judged = pipeline.judged()
      const drifts = await readDrifts()
      for (const { driftType } of drifts) drifted[driftType] += 1
      return { drifts, judged, drifted: { ...drifted } }
    },
    stop: () => {
      stopped ??= stopAll()
      return stopped
    },
  }
}

const startScanner = (deps: ComplianceDeps, { queue }: DriftPipeline): Scanner =>
  startDemonstrationScanner({
    sql: deps.database.owner,
    queue,
    hostIds: deps.scannedHosts,
    now: deps.now,
    onFault: (message, cause) => deps.onFault(new Error(message, { cause })),
  })

/** Publishes the endpoints; returns a function that removes them. */
function publish(
  { database, stateFolder, now, speed }: ComplianceDeps,
  { sqs }: DriftPipeline,
  { s3 }: IngestPipeline,
): () => void {
  const { pid } = process
  const signIn = database.isShared ? null : plainSignIn(database)
  const clock = { fleetTime: now().toISOString(), machineTime: new Date().toISOString(), speed }
  writeEndpoints(stateFolder, { pid, sqs, s3, database: signIn, clock })
  return () => removeEndpoints(stateFolder, pid)
}

function plainSignIn({ ownerSignIn }: LocalDatabase) {
  const { settings, password, ...to }: Connection = ownerSignIn
  if (typeof password !== 'string') throw new Error('the owner of a local database signs in with a password')
  return { ...to, password }
}
