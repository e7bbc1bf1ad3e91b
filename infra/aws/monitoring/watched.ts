import type { FunctionName } from '../../../shared/domain/functions.ts'
import type { Names } from '../../../shared/domain/names.ts'
import type { Database } from '../constructs/database.ts'
import type { Drift } from '../constructs/drift.ts'
import type { EncryptionKey } from '../constructs/encryption.ts'
import type { FanOut } from '../constructs/fan-out.ts'
import type { Ingest } from '../constructs/ingest.ts'
import type { NodeFunction } from '../constructs/node-function.ts'
import type { Probe } from '../constructs/probe.ts'
import type { Publish } from '../constructs/publish.ts'
import type { Settings } from '../settings.ts'
import type { EmittedMetrics } from './metrics.ts'

/** The constructs and metrics that the alarms and the dashboard show. */
export type Watched = {
  readonly names: Names
  readonly settings: Settings
  readonly database: Database
  readonly key: EncryptionKey
  readonly functions: Readonly<Record<FunctionName, NodeFunction>>
  readonly probe: Probe
  readonly fanOut: FanOut
  readonly drift: Drift
  readonly ingest: Ingest
  readonly publish: Publish
  readonly emitted: EmittedMetrics
}
