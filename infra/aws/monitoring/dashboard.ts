import { Aws, Duration } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { SIGNING_FUNCTIONS } from '../../../shared/domain/functions.ts'
import {
  DRIFT_METRICS,
  FAN_OUT_METRICS,
  INGEST_METRICS,
  PROBE_METRICS,
} from '../../../shared/domain/metrics.ts'
import { monthlyCost } from './cost.ts'
import { databaseMetrics } from './database-alarms.ts'
import { unreachableShare } from './fleet-alarms.ts'
import { QUESTIONS } from './questions.ts'
import type { Watched } from './watched.ts'

const FULL = 24
const HALF = 12
const THIRD = 8
const HEIGHT = 6

const VERDICTS = [
  DRIFT_METRICS.majorWorsenings,
  DRIFT_METRICS.minorWorsenings,
  DRIFT_METRICS.improvements,
  DRIFT_METRICS.stable,
  DRIFT_METRICS.withoutVerdict,
]

const SCAN_FILES = [
  INGEST_METRICS.recorded,
  INGEST_METRICS.repeated,
  INGEST_METRICS.superseded,
  INGEST_METRICS.rejected,
]

export type DashboardAlarms = {
  readonly alarms: readonly cloudwatch.Alarm[]
  /** One for each question that alarms belong to. */
  readonly questions: readonly cloudwatch.CompositeAlarm[]
}

/** The dashboard answers five questions, one per row, the most urgent first. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, watched: Watched, { alarms, questions }: DashboardAlarms) {
    super(scope, id)
    new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: watched.names.dashboard(Aws.REGION),
      defaultInterval: Duration.hours(12),
      widgets: [
        questions.length === 0
          ? []
          : [new cloudwatch.AlarmStatusWidget({ alarms: [...questions], width: FULL, height: 2 })],
        [heading('fleet')],
        fleet(watched),
        [heading('changes')],
        changes(watched),
        [heading('drift')],
        driftRow(watched),
        [heading('system')],
        [new cloudwatch.AlarmStatusWidget({ alarms: [...alarms], width: FULL, height: 4 })],
        system(watched),
        [heading('cost')],
        [graph('US dollars a month at this pace, without database and logs', [monthlyCost(watched)], FULL)],
      ],
    })
  }
}

const heading = (question: keyof typeof QUESTIONS): cloudwatch.IWidget =>
  new cloudwatch.TextWidget({ markdown: `## ${QUESTIONS[question]}`, width: FULL, height: 1 })

const graph = (title: string, left: cloudwatch.IMetric[], width = THIRD): cloudwatch.IWidget =>
  new cloudwatch.GraphWidget({ title, left, width, height: HEIGHT, leftYAxis: { min: 0 } })

const fleet = ({ emitted }: Watched): cloudwatch.IWidget[] => [
  new cloudwatch.SingleValueWidget({
    title: 'Hosts now',
    metrics: [
      emitted('fan-out', FAN_OUT_METRICS.hostsReachable, 'Maximum', 1),
      emitted('fan-out', FAN_OUT_METRICS.hostsUnreachable, 'Maximum', 1),
      emitted('fan-out', FAN_OUT_METRICS.hostsUnknown, 'Maximum', 1),
      emitted('fan-out', FAN_OUT_METRICS.hostsInMaintenance, 'Maximum', 1),
      emitted('fan-out', FAN_OUT_METRICS.hostsFlapping, 'Maximum', 1),
      emitted('fan-out', FAN_OUT_METRICS.hostsUnprobeable, 'Maximum', 1),
    ],
    width: THIRD,
    height: HEIGHT,
  }),
  graph('Share of the fleet that does not answer', [unreachableShare(emitted)]),
  graph('How long a reachable host takes to answer (ms)', [
    emitted('probe', PROBE_METRICS.latencyMs, 'p50'),
    emitted('probe', PROBE_METRICS.latencyMs, 'p99'),
  ]),
]

const changes = ({ emitted }: Watched): cloudwatch.IWidget[] => [
  graph(
    'Hosts that changed state',
    [emitted('probe', PROBE_METRICS.transitions, 'Sum'), emitted('probe', PROBE_METRICS.wentDown, 'Sum')],
    HALF,
  ),
  graph(
    'Schedules of the fleet',
    [
      emitted('fan-out', FAN_OUT_METRICS.schedulesWanted, 'Maximum'),
      emitted('fan-out', FAN_OUT_METRICS.schedulesApplied, 'Maximum'),
      emitted('fan-out', FAN_OUT_METRICS.schedulesLeftOver, 'Maximum'),
    ],
    HALF,
  ),
]

const driftRow = ({ drift, ingest, emitted }: Watched): cloudwatch.IWidget[] => [
  graph(
    'Verdicts',
    VERDICTS.map((name) => emitted('drift', name, 'Sum')),
  ),
  graph(
    'Results files',
    SCAN_FILES.map((name) => emitted('ingest', name, 'Sum')),
  ),
  graph(
    'Scan messages and results files waiting',
    [ingest.queue, ingest.deadLetters, drift.queue, drift.deadLetters].map((queue) =>
      queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
    ),
  ),
]

function system({ functions, emitted, database }: Watched): cloudwatch.IWidget[] {
  const handlers = SIGNING_FUNCTIONS.map((name) => functions[name].handler)
  const connections = databaseMetrics(database.metrics)?.('DatabaseConnections')
  return [
    graph('Probes', [
      emitted('probe', PROBE_METRICS.probes, 'Sum'),
      emitted('probe', PROBE_METRICS.inconclusive, 'Sum'),
      emitted('probe', PROBE_METRICS.inFlight, 'Sum'),
    ]),
    graph('Failed and throttled invocations', [
      ...handlers.map((each) => each.metricErrors()),
      ...handlers.map((each) => each.metricThrottles()),
    ]),
    graph('Probes: how late (ms), and connections to the database', [
      emitted('probe', PROBE_METRICS.lagMs, 'p99'),
      ...(connections === undefined ? [] : [connections]),
    ]),
  ]
}
