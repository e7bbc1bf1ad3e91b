import type { Database } from '../constructs/database.ts'
import type { DriftPipeline } from '../constructs/drift-pipeline.ts'
import type { ProbeFanOut } from '../constructs/probe-fan-out.ts'
import type { Settings } from '../settings.ts'
import type { EmittedMetrics } from './metrics.ts'

/** What the alarms and the dashboard look at. */
export type Watched = {
  readonly stage: string
  readonly settings: Settings
  readonly database: Database
  readonly liveness: ProbeFanOut
  readonly drift: DriftPipeline
  readonly emitted: EmittedMetrics
}
