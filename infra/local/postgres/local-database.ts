import { fileURLToPath } from 'node:url'
import type { Connection, Sql } from '../../../shared/db/client.ts'
import type { FunctionRole } from '../../../shared/domain/functions.ts'

export type LocalDatabase = {
  /** The owner's client: for the fleet and for looking, never for the functions' work. */
  readonly owner: Sql
  /** How the owner signs in. */
  readonly ownerSignIn: Connection
  /** How one of the functions signs in: it may do no more here than in AWS. */
  readonly as: (role: FunctionRole) => Connection
  /** Whether others may keep hosts and settings in it, so that what is there is not this run's to change. */
  readonly isShared: boolean
  readonly close: () => Promise<void>
}

/** The folder with the migrations. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../migrations', import.meta.url))

/** The view and the fleet file are written at the same time. */
export const OWNER_CONNECTIONS = 2

/** How long statements that are under way may take to end when a run ends. */
export const CLOSE_TIMEOUT_SECONDS = 1
