import type { DatabaseSettings } from './settings.ts'

/** The version of PostgreSQL of the databases that a stack creates. */
export const ENGINE_VERSION = '17.7'
/** Its major number, which the parameter group has in its family. */
export const ENGINE_MAJOR_VERSION = '17'

/** What RDS is asked for. */
export type Engine = { readonly engine: string; readonly version: string; readonly instanceClass: string }

/** The engine of the database that the stack creates; null where it creates none. */
export function findEngine(database: DatabaseSettings): Engine | null {
  switch (database.kind) {
    case 'existing':
      return null
    case 'create':
      return { engine: 'aurora-postgresql', version: ENGINE_VERSION, instanceClass: 'db.serverless' }
    case 'create_instance':
      return { engine: 'postgres', version: ENGINE_VERSION, instanceClass: `db.${database.instanceType}` }
  }
}
