import type { Settings } from '../settings.ts'
import type { Database } from './database.ts'
import type { DriftPipeline } from './drift-pipeline.ts'
import type { EmittedMetrics } from './metrics.ts'
import type { ProbeFanOut } from './probe-fan-out.ts'

/** What the alarms and the dashboard look at. */
export type Watched = {
  readonly stage: string
  readonly settings: Settings
  readonly database: Database
  readonly liveness: ProbeFanOut
  readonly drift: DriftPipeline
  readonly emitted: EmittedMetrics
}
