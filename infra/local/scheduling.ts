import type { Writable } from 'node:stream'
import type { Clock } from './clock.ts'
import type { LocalDatabase } from './database/local-database.ts'
import type { ProbeLambda } from './functions.ts'

export type Scheduling = { readonly stop: () => Promise<void>; readonly drain: () => Promise<void> }
export async function startScheduling(_: {
  database: LocalDatabase
  log: Writable
  clock: Clock
  probe: ProbeLambda
}): Promise<Scheduling> {
  return { stop: async () => {}, drain: async () => {} }
}
