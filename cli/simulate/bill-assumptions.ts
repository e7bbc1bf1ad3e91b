import { LOOK_AGAIN_MS } from '../../functions/fan-out/minute.ts'
import {
  FAN_OUT_METRICS,
  INVENTORY_METRICS,
  PROBE_METRICS,
  PUBLISH_METRICS,
} from '../../shared/domain/metrics.ts'

/** What the bill is computed from, besides the prices and the simulated load; each with its source. */

/** A month of 30 days, as in the other figures. */
export const DAYS_A_MONTH = 30
/** Its hours. */
export const HOURS_A_MONTH = 24 * DAYS_A_MONTH
/** Its minutes, as many as the fan-out has runs. */
export const MINUTES_A_MONTH = 60 * HOURS_A_MONTH

/**
 * The metrics line (EMF) of an invocation, with the 26 bytes that CloudWatch Logs adds to each event. Of more than 100
 * hosts there are further lines, because a metric takes 100 values. A test compares both with what the function writes.
 */
export const LOG_BYTES = { perInvocation: 450, perFurtherHost: 5.4 } as const
/** The line `probed` of an invocation in which a host did not answer. */
export const PROBED_LINE_BYTES = 650
/** Metrics and log line of a run of the fan-out, and of the publish function. */
export const MINUTE_RUN_LOG_BYTES = 4000
/** CloudWatch Logs bills what is kept as it is compressed. AWS's own examples take this share. */
export const LOGS_COMPRESSED_TO = 0.15

/** Bytes of the write-ahead log of an invocation: measured, PostgreSQL 18, warm, 1 to 500 hosts. */
export const WAL_BYTES = { perInvocation: 184, perFurtherHost: 155 } as const
/** Aurora counts a write for each 4 KB of the log that a transaction writes (Aurora FAQ, "How are I/Os calculated?"). */
export const AURORA_WRITE_BYTES = 4096
/** Transactions of the fan-out and the publish function in a minute that write something. */
export const MINUTE_WRITES = 4
/** The least that Aurora bills. State and log of a hundred thousand hosts are smaller; a scanner's tables are not counted. */
export const DATABASE_GB = 10

/**
 * CPU time of the database for an invocation in ms, on one core of an AMD EPYC with PostgreSQL 18: 500 hosts take 6 ms, and
 * one host takes less than 1 ms with the function's own time.
 */
export const DATABASE_CPU_MS = { perInvocation: 1, perFurtherHost: 0.012 } as const
/** A capacity unit has 2 GB of memory (AWS), and memory-optimised instances have 8 GB per CPU. */
export const CPUS_PER_CAPACITY_UNIT = 0.25
/** The load at which Aurora is assumed to scale up. */
export const AURORA_UTILISATION = 0.5

/** How long a run takes that changes nothing, at 512 MB: `npm run bench`, 3.5 times the CPU time. */
export const FAN_OUT_MS = { perRun: 150, perHost: 0.041, secondLook: LOOK_AGAIN_MS } as const
/** How long a run of the publish function takes that finds nothing: a few round trips, at 512 MB. */
export const PUBLISH_MS = 100
/** The memory of the fan-out and of the publish function. */
export const MINUTE_FUNCTIONS_GB = 0.5

/** Lambda polls a queue that is empty with five connections, each for 20 s (Lambda Developer Guide, "Using SQS"). */
export const SQS_POLLS_PER_MINUTE = 15
/** An outage of each host in two months: two changes. */
export const EVENTS_PER_HOST_AND_MONTH = 1

/** The metrics that exist in an ordinary hour; a metric is billed for the hours in which it was written. */
export const ORDINARY_METRICS: readonly string[] = [
  PROBE_METRICS.probes,
  PROBE_METRICS.successes,
  PROBE_METRICS.failures,
  PROBE_METRICS.latencyMs,
  PROBE_METRICS.lagMs,
  ...Object.values(FAN_OUT_METRICS),
  ...Object.values(PUBLISH_METRICS),
  ...Object.values(INVENTORY_METRICS),
]

/** How many metrics the alarms of a stage look at, the number of its composite alarms, and of its dashboards. */
export const MONITORING = { alarmMetrics: 54, compositeAlarms: 4, dashboards: 1 } as const
