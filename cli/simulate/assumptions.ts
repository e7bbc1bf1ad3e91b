/** The assumptions of the simulation, each with its source. Times are those of a function with 256 MB. */

/** Four round trips to the database and one to the host, warm, in one region. Measured on loopback: 1 ms. */
export const INVOCATION_MS = 60
/** For each further host: 50 µs of CPU time (`npm run bench`), and 256 MB provide one seventh of a CPU. */
export const FURTHER_HOST_MS = 0.4
/** A host that is down does not answer, so its probe takes the whole budget. */
export const DOWN_HOST_MS = 5000

/** EventBridge Scheduler, quotas of the large regions: AWS documentation, read 2026-07. */
export const SCHEDULER_QUOTA = {
  schedules: 10_000_000,
  invocationsPerSecond: 1000,
  /** UpdateSchedule. */
  writesPerSecond: 1000,
} as const
/** Lambda's default for an account (new ones begin with 10): AWS documentation, read 2026-07. */
export const LAMBDA_CONCURRENCY_QUOTA = 1000
/** max_locks_per_transaction (64) × max_connections (100): PostgreSQL's defaults. */
export const DEFAULT_LOCK_TABLE_ENTRIES = 6400
/** The fan-out has 20 calls under way at once, and each takes some 50 ms. */
export const FAN_OUT_CALLS_PER_SECOND = 400

/** Scheduler delivers at least once. In the simulation every hundredth event is delivered twice. */
export const DOUBLED_EVERY = 100

/** An asynchronous invocation of Lambda begins within a second or so of the call. */
export const INVOKED_AFTER_MS = 1000
/** From the commit of a change to the bus: the log line, the publish function and one call (`npm run bench`: below 1 s). */
export const EVENT_TO_BUS_MS = 1500
