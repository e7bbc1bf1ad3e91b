import type { Settings } from '../../infra/aws/settings.ts'
import { PRICES } from '../../shared/domain/prices.ts'
import {
  DAYS_A_MONTH,
  EVENTS_PER_HOST_AND_MONTH,
  FAN_OUT_MS,
  LOG_BYTES,
  LOGS_COMPRESSED_TO,
  MINUTE_FUNCTIONS_GB,
  MINUTE_RUN_LOG_BYTES,
  MINUTES_A_MONTH,
  MONITORING,
  ORDINARY_METRICS,
  PROBED_LINE_BYTES,
  PUBLISH_MS,
  SQS_POLLS_PER_MINUTE,
} from './bill-assumptions.ts'
import { monthlyCostUsd } from './cost.ts'
import { databaseUsd } from './database-cost.ts'
import type { Load } from './load.ts'
import { networkUsd } from './network-cost.ts'

/** The items of the bill, in the order in which they are shown. */
export const BILL_ITEMS = [
  'probes: Scheduler and Lambda',
  'other functions',
  'network',
  'database: instances',
  'database: storage',
  'database: I/O',
  'logs',
  'metrics',
  'alarms and dashboard',
  'events, queues and secrets',
] as const

/** In US dollars for a month. */
export type Bill = Readonly<Record<(typeof BILL_ITEMS)[number], number>>

/** Computes the bill of a stage with this load. It has no scans, and no traffic to hosts through NAT. */
export function computeBill(settings: Settings, load: Load): Bill {
  const database = databaseUsd(settings.database, load)
  return {
    'probes: Scheduler and Lambda': monthlyCostUsd(load),
    'other functions': minuteFunctionsUsd(settings, load),
    network: networkUsd(settings),
    'database: instances': database.instances,
    'database: storage': database.storage,
    'database: I/O': database.io,
    logs: logsUsd(settings, load),
    metrics: ORDINARY_METRICS.length * PRICES.metricMonth,
    'alarms and dashboard':
      MONITORING.alarmMetrics * PRICES.alarmMetricMonth +
      MONITORING.compositeAlarms * PRICES.compositeAlarmMonth +
      MONITORING.dashboards * PRICES.dashboardMonth,
    'events, queues and secrets':
      load.hosts * EVENTS_PER_HOST_AND_MONTH * PRICES.event +
      SQS_POLLS_PER_MINUTE * MINUTES_A_MONTH * PRICES.sqsRequest +
      (settings.database.kind === 'existing' ? 0 : PRICES.secretMonth),
  }
}

/** The sum of the items. */
export const totalUsd = (bill: Bill): number => BILL_ITEMS.reduce((sum, item) => sum + bill[item], 0)

/** The fan-out and the publish function, which run every minute. */
function minuteFunctionsUsd({ confirmation }: Settings, { hosts }: Load): number {
  const works = FAN_OUT_MS.perRun + hosts * FAN_OUT_MS.perHost
  const fanOut = confirmation.looksTwiceAMinute ? Math.max(works, FAN_OUT_MS.secondLook) : works
  const seconds = (fanOut + PUBLISH_MS) / 1000
  const runs = 2 * (PRICES.scheduledInvocation + PRICES.lambdaRequest)
  return MINUTES_A_MONTH * (runs + seconds * MINUTE_FUNCTIONS_GB * PRICES.lambdaGbSecond)
}

/** Bytes that an invocation writes to its log, on average. */
export function computeLogBytes({ hosts, schedules, downShare }: Load): number {
  const perSchedule = hosts / schedules
  const notOrdinary = 1 - (1 - downShare) ** perSchedule
  return (
    LOG_BYTES.perInvocation + LOG_BYTES.perFurtherHost * (perSchedule - 1) + notOrdinary * PROBED_LINE_BYTES
  )
}

const BYTES_PER_GB = 1e9

function logsUsd({ logRetentionDays }: Settings, load: Load): number {
  const bytes =
    DAYS_A_MONTH * load.invocations * computeLogBytes(load) + MINUTES_A_MONTH * MINUTE_RUN_LOG_BYTES
  const monthsKept = logRetentionDays / DAYS_A_MONTH
  return (bytes / BYTES_PER_GB) * (PRICES.logGbIngested + LOGS_COMPRESSED_TO * monthsKept * PRICES.logGbMonth)
}
