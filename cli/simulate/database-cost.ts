import type { DatabaseSettings } from '../../infra/aws/settings.ts'
import { findPrice, PRICES } from '../../shared/domain/prices.ts'
import {
  AURORA_UTILISATION,
  AURORA_WRITE_BYTES,
  CPUS_PER_CAPACITY_UNIT,
  DATABASE_CPU_MS,
  DATABASE_GB,
  DAYS_A_MONTH,
  HOURS_A_MONTH,
  MINUTE_WRITES,
  MINUTES_A_MONTH,
  WAL_BYTES,
} from './bill-assumptions.ts'
import type { Load } from './load.ts'

type DatabaseUsd = { readonly instances: number; readonly storage: number; readonly io: number }

const DAY_MS = 86_400_000

/** Computes what the database costs in a month; nothing where it exists already, and is paid for by others. */
export function databaseUsd(database: DatabaseSettings, load: Load): DatabaseUsd {
  switch (database.kind) {
    case 'existing':
      return { instances: 0, storage: 0, io: 0 }
    case 'create_instance':
      return {
        instances: HOURS_A_MONTH * findPrice(PRICES.rdsHour, database.instanceType),
        storage: database.storageGb * PRICES.rdsGp3GbMonth,
        io: 0,
      }
    case 'create': {
      const units = Math.max(database.minCapacityUnits, unitsFor(load)) * (1 + database.readers)
      return {
        instances: HOURS_A_MONTH * units * PRICES.auroraCapacityUnitHour,
        storage: DATABASE_GB * PRICES.auroraGbMonth,
        io: auroraIos(load) * PRICES.auroraIo,
      }
    }
  }
}

const perInvocation = (
  { hosts, schedules }: Load,
  cost: { readonly perInvocation: number; readonly perFurtherHost: number },
): number => cost.perInvocation + cost.perFurtherHost * (hosts / schedules - 1)

/** The capacity units that the load needs, on average; a reader that may take over has as many. */
function unitsFor(load: Load): number {
  const cpus = (load.invocations * perInvocation(load, DATABASE_CPU_MS)) / DAY_MS
  return cpus / CPUS_PER_CAPACITY_UNIT / AURORA_UTILISATION
}

/** Reads are served from memory, where the state of the fleet fits. */
function auroraIos(load: Load): number {
  const writes = Math.max(1, perInvocation(load, WAL_BYTES) / AURORA_WRITE_BYTES)
  return DAYS_A_MONTH * load.invocations * writes + MINUTES_A_MONTH * MINUTE_WRITES
}
