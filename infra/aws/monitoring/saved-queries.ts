import * as logs from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { SIGNING_FUNCTIONS } from '../../../shared/domain/functions.ts'
import type { Watched } from './watched.ts'

type SavedQuery = {
  readonly name: string
  readonly groups: readonly logs.ILogGroup[]
  readonly query: readonly string[]
}

/** Queries of the logs that people on call need, saved in CloudWatch Logs Insights. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id)
    for (const { name, groups, query } of savedQueries(watched)) {
      new logs.CfnQueryDefinition(this, name.replaceAll(' ', ''), {
        name: watched.names.query(name),
        logGroupNames: groups.map(({ logGroupName }) => logGroupName),
        queryString: query.join('\n| '),
      })
    }
  }
}

function savedQueries({ functions }: Watched): SavedQuery[] {
  const probe = functions.probe.logGroup
  const judge = functions.drift.logGroup
  return [
    {
      name: 'History of a host',
      groups: [probe, judge],
      query: [
        'fields @timestamp, service, message, from, to, result.errorType, driftType, comparedDelta, reason',
        'filter hostId = "put the id of a host here"',
        'sort @timestamp desc',
        'limit 200',
      ],
    },
    {
      name: 'Recent transitions',
      groups: [probe],
      query: [
        'fields @timestamp, hostId, from, to, result.errorType',
        'filter message = "host changed"',
        'sort @timestamp desc',
        'limit 200',
      ],
    },
    {
      name: 'Results files',
      groups: [functions.ingest.logGroup],
      query: [
        'fields @timestamp, message, key, hostId, scanId, reason, detail',
        'filter message like /^scan file/',
        'sort @timestamp desc',
        'limit 200',
      ],
    },
    ...driftQueries(judge),
    {
      name: 'Faults',
      groups: SIGNING_FUNCTIONS.map((each) => functions[each].logGroup),
      query: [
        'fields @timestamp, service, message, error.message, error.cause.message, record.status, record.requestId',
        // Lambda writes its own report of an invocation only if that ended by a timeout or a crash.
        'filter level = "ERROR" or type = "platform.report"',
        'sort @timestamp desc',
        'limit 200',
      ],
    },
  ]
}

function driftQueries(judge: logs.ILogGroup): SavedQuery[] {
  return [
    {
      name: 'Recent drift',
      groups: [judge],
      query: [
        'fields @timestamp, hostId, scanId, driftType, comparedDelta, scoreDelta, priorScore, currentScore',
        'filter message = "drift detected"',
        'sort @timestamp desc',
        'limit 200',
      ],
    },
    {
      name: 'Rejected messages',
      groups: [judge],
      query: [
        'fields @timestamp, messageId, reason',
        'filter message = "message rejected"',
        'sort @timestamp desc',
        'limit 200',
      ],
    },
    {
      name: 'Scans at wrong times',
      groups: [judge],
      query: [
        'fields @timestamp, message, hostId, scanId, completedAt, otherScanId',
        'filter message in ["scan from the future", "scans at the same time"]',
        'sort @timestamp desc',
        'limit 200',
      ],
    },
  ]
}
