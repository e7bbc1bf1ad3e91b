import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MONITORING } from '../../../cli/simulate/bill-assumptions.ts'
import { STAGE_NAMES } from '../../../infra/aws/stages.ts'
import {
  FUNCTION_NAMES,
  FUNCTION_ROLES,
  FUNCTIONS,
  SIGNING_FUNCTIONS,
} from '../../../shared/domain/functions.ts'
import {
  DRIFT_METRICS,
  FAN_OUT_METRICS,
  FUNCTION_METRICS,
  INGEST_METRICS,
  METRIC_NAMESPACE,
  PROBE_METRICS,
  PUBLISH_METRICS,
} from '../../../shared/domain/metrics.ts'
import { MAX_HOSTS_PER_INVOCATION } from '../../../shared/domain/schedules.ts'
import {
  actionsOf,
  functionOf,
  idOf,
  statementsOf,
  usableApis,
  usableByCode,
} from '../../support/policies.ts'
import { ROOT } from '../../support/repository.ts'
import {
  everyStage,
  INSTALLATIONS,
  type Resource,
  resourcesOf,
  stageTemplate,
  synthesise,
} from '../../support/synth.ts'

const OPERATIONS = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
const LAMBDA = 'AWS::Lambda::Function'

/** The properties by which CloudFormation names what it creates. */
const NAME_PROPERTIES = [
  'Name',
  'FunctionName',
  'LogGroupName',
  'QueueName',
  'TopicName',
  'AlarmName',
  'DashboardName',
  'ManagedPolicyName',
  'ArchiveName',
  'ConfigurationName',
] as const

// One file, so that each stage is synthesised once.
describe.each(STAGE_NAMES)('stage %s', (stage) => {
  const synthesised = stageTemplate(stage)
  const all = (type: string): Resource[] => resourcesOf(synthesised, type).map(([, resource]) => resource)
  const propertiesOf = (type: string): Record<string, unknown>[] =>
    all(type).map(({ Properties }) => Properties)

  it('stage %s has nothing that the template rules or cdk-nag object to', () => {
    expect(synthesised.findings).toEqual([])
  })

  it('stage %s gives its own database a lock table with room for every probe function at its fullest', () => {
    const probe = all(LAMBDA).find(({ Properties }) => String(Properties.FunctionName).endsWith('-probe'))
    const atOnce = Number(probe?.Properties.ReservedConcurrentExecutions ?? 0)
    expect(atOnce).toBeGreaterThan(0)
    for (const { Properties } of [
      ...all('AWS::RDS::DBClusterParameterGroup'),
      ...all('AWS::RDS::DBParameterGroup'),
    ]) {
      const parameters = Properties.Parameters as Record<string, string>
      const entries = Number(parameters.max_locks_per_transaction) * Number(parameters.max_connections)
      expect(entries).toBeGreaterThanOrEqual(MAX_HOSTS_PER_INVOCATION * atOnce)
    }
  })

  it('stage %s has the resources that were reviewed, each under the logical id that it was deployed with', async () => {
    const lines = Object.entries(synthesised.json.Resources).map(([id, { Type }]) => `${id} ${Type}\n`)
    await expect(lines.toSorted().join('')).toMatchFileSnapshot(`snapshots/${stage}.txt`)
  })

  describe('functions', () => {
    it('functions run on Node 24 and arm64', () => {
      expect(all(LAMBDA).length).toBe(FUNCTION_NAMES.length)
      for (const { Properties } of all(LAMBDA)) {
        expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
      }
    })

    it('functions each write to a log group of their own, which forgets', () => {
      const groups = resourcesOf(synthesised, 'AWS::Logs::LogGroup')
      for (const { Properties } of all(LAMBDA)) {
        const [, group] =
          groups.find(([id]) => id === idOf((Properties.LoggingConfig as { LogGroup: unknown }).LogGroup)) ??
          []
        expect(group?.Properties.LogGroupName).toBe(`/aws/lambda/${Properties.FunctionName}`)
        expect(group?.Properties.RetentionInDays).toBeGreaterThan(0)
      }
    })

    it('functions leave Lambda’s lines on invocations that went well out of their logs', () => {
      for (const { Properties } of all(LAMBDA)) {
        expect(Properties.LoggingConfig).toMatchObject({
          LogFormat: 'JSON',
          SystemLogLevel: 'WARN',
          ApplicationLogLevel: 'INFO',
        })
      }
    })

    it('functions that run again by themselves drop asynchronous events that are older than a minute, and repeat none', () => {
      const configs = propertiesOf('AWS::Lambda::EventInvokeConfig')
      expect(configs).toHaveLength(all(LAMBDA).length)
      for (const config of configs) {
        const { FunctionName } = synthesised.json.Resources[idOf(config.FunctionName)]?.Properties ?? {}
        if (String(FunctionName).endsWith('-migrate')) continue
        expect(config).toMatchObject({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 })
      }
    })

    it('functions that migrate are started even when they were idle for weeks, and CloudFormation waits for it', () => {
      const [config] = propertiesOf('AWS::Lambda::EventInvokeConfig').filter(({ FunctionName }) =>
        idOf(FunctionName).startsWith('MigrationsMigrate'),
      )
      expect(config).toMatchObject({ MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 2 })
      const [done] = propertiesOf('Custom::Migrations')
      const { Timeout } = functionOf(synthesised, 'migrate').Properties
      expect(Number(done?.ServiceTimeout)).toBeGreaterThan(2 * Number(Timeout))
      expect(Number(done?.ServiceTimeout)).toBeGreaterThanOrEqual(600)
    })

    it('functions that read the database are bounded in number, the fan-out to one', () => {
      for (const folder of SIGNING_FUNCTIONS) {
        expect(functionOf(synthesised, folder).Properties.ReservedConcurrentExecutions).toBeGreaterThan(0)
      }
      expect(functionOf(synthesised, 'fan-out').Properties.ReservedConcurrentExecutions).toBe(1)
    })

    it('functions sign in as themselves', () => {
      const userOf = (folder: string): unknown =>
        (functionOf(synthesised, folder).Properties.Environment as { Variables: Record<string, unknown> })
          .Variables.DATABASE_USER
      expect(SIGNING_FUNCTIONS.map(userOf)).toEqual(FUNCTION_ROLES)
    })

    it('functions and the schedules that start them wait for the migrations', () => {
      const [[done] = ['']] = resourcesOf(synthesised, 'Custom::Migrations')
      for (const folder of SIGNING_FUNCTIONS) {
        expect(functionOf(synthesised, folder).DependsOn).toContain(done)
      }
      const targets = propertiesOf('AWS::Scheduler::Schedule').map(({ Target }) =>
        idOf((Target as { Arn: unknown }).Arn),
      )
      const sources = propertiesOf('AWS::Lambda::EventSourceMapping').map(({ FunctionName }) =>
        idOf(FunctionName),
      )
      expect(targets).toHaveLength(stage === 'existing' ? 2 : 3)
      expect(sources).toHaveLength(2)
      for (const id of [...targets, ...sources]) {
        expect(synthesised.json.Resources[id]?.DependsOn).toEqual(expect.arrayContaining([done]))
      }
    })
  })

  describe('rights', () => {
    it('the rights of no role allow all actions of a service', () => {
      const allowed = resourcesOf(synthesised, 'AWS::IAM::Role').flatMap(([id]) =>
        statementsOf(synthesised, id).flatMap(actionsOf),
      )
      expect(allowed.length).toBeGreaterThan(10)
      expect(allowed.filter((action) => action.includes('*'))).toEqual([])
    })

    it('rights come from no managed policy', () => {
      expect(
        propertiesOf('AWS::IAM::Role').filter(({ ManagedPolicyArns }) => ManagedPolicyArns !== undefined),
      ).toEqual([])
    })

    it('the probe function may call no AWS API: it signs in to the database as itself and writes its log', () => {
      const logs = usableByCode(synthesised, 'probe').filter((statement) =>
        actionsOf(statement).includes('logs:PutLogEvents'),
      )
      expect(logs).toHaveLength(1)
      const further = usableApis(synthesised, 'probe')
      const iam = stage !== 'emulated'
      expect(further.map(actionsOf)).toEqual(iam ? [['rds-db:connect']] : [])
      if (iam) expect(JSON.stringify(further[0]?.Resource)).toMatch(/\/awareness_probe"/)
    })

    it('the operate function may call no AWS API either, and no role but those of people, schedules and the fan-out may invoke one', () => {
      expect(usableApis(synthesised, 'operate').flatMap(actionsOf)).toEqual(
        stage === 'emulated' ? [] : ['rds-db:connect'],
      )
      for (const folder of FUNCTION_NAMES.filter((name) => name !== 'fan-out')) {
        expect(usableApis(synthesised, folder).flatMap(actionsOf)).not.toContain('lambda:InvokeFunction')
      }
      const [operators] = propertiesOf('AWS::IAM::ManagedPolicy')
      const document = operators?.PolicyDocument as
        | { Statement: Parameters<typeof actionsOf>[0][] }
        | undefined
      expect(document?.Statement.map(actionsOf)).toEqual([['lambda:InvokeFunction']])
    })

    it('the fan-out may change the schedules of its group, list, hand on the one role, and invoke the probe function', () => {
      const apis = usableApis(synthesised, 'fan-out')
      const [change, list, pass, invoke, ...further] = [
        'scheduler:CreateSchedule',
        'scheduler:ListSchedules',
        'iam:PassRole',
        'lambda:InvokeFunction',
        'rds-db:connect',
      ].map((action) => apis.find((statement) => actionsOf(statement).includes(action)))
      expect(apis).toHaveLength(
        [change, list, pass, invoke, ...further].filter((statement) => statement !== undefined).length,
      )
      expect(change && [...actionsOf(change)].sort()).toEqual([
        'scheduler:CreateSchedule',
        'scheduler:DeleteSchedule',
        'scheduler:GetSchedule',
        'scheduler:UpdateSchedule',
      ])
      expect(JSON.stringify(change?.Resource)).toContain(`:schedule/fleet-awareness-${stage}-probes/*"`)
      expect(list && actionsOf(list)).toEqual(['scheduler:ListSchedules'])
      expect(pass && actionsOf(pass)).toEqual(['iam:PassRole'])
      expect(pass?.Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } })
      const { SCHEDULE_ROLE_ARN, PROBE_FUNCTION_ARN } = (
        functionOf(synthesised, 'fan-out').Properties.Environment as { Variables: Record<string, unknown> }
      ).Variables
      expect(pass?.Resource).toEqual(SCHEDULE_ROLE_ARN)
      expect(invoke && actionsOf(invoke)).toEqual(['lambda:InvokeFunction'])
      expect(invoke?.Resource).toEqual(PROBE_FUNCTION_ARN)
    })

    it('the role of the schedules may invoke the probe function and fill its dead-letter queue, for that group only', () => {
      const { SCHEDULE_ROLE_ARN } = (
        functionOf(synthesised, 'fan-out').Properties.Environment as { Variables: Record<string, unknown> }
      ).Variables
      const roleId = idOf(SCHEDULE_ROLE_ARN)
      expect(statementsOf(synthesised, roleId).map(actionsOf)).toEqual([
        ['lambda:InvokeFunction'],
        ['sqs:SendMessage'],
      ])
      const [invoke] = statementsOf(synthesised, roleId)
      expect(synthesised.json.Resources[idOf(invoke?.Resource)]?.Properties.FunctionName).toMatch(/-probe$/)
      const trust = synthesised.json.Resources[roleId]?.Properties.AssumeRolePolicyDocument
      expect(JSON.stringify(trust)).toMatch(/"aws:SourceArn":.*"LivenessSchedules/)
    })

    it('the drift function may write to its dead letters; Lambda reads the scan queue for it', () => {
      const apis = usableApis(synthesised, 'drift').filter(
        (each) => !actionsOf(each).includes('rds-db:connect'),
      )
      expect(apis.map(actionsOf)).toEqual([['sqs:SendMessage']])
      expect(idOf(apis[0]?.Resource)).toMatch(/^DriftDeadLetters/)
      const role = statementsOf(synthesised, idOf(functionOf(synthesised, 'drift').Properties.Role))
      const [reading] = role.filter((statement) => actionsOf(statement).includes('sqs:ReceiveMessage'))
      expect(idOf(reading?.Resource)).toMatch(/^DriftScans/)
    })
  })

  describe('events', () => {
    it('the ingest function may read and tag objects of one bucket, and send to the scan queue and to its dead letters', () => {
      const actions = usableApis(synthesised, 'ingest')
        .map(actionsOf)
        .filter(([action]) => action !== 'rds-db:connect')
      expect(actions).toEqual([
        ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObjectTagging', 's3:PutObjectVersionTagging'],
        ['s3:ListBucket', 's3:ListBucketVersions'],
        ['sqs:SendMessage'],
      ])
    })

    it('events are put on one bus, by the publish function alone, which may ask whether it is there', () => {
      const [[bus] = ['']] = resourcesOf(synthesised, 'AWS::Events::EventBus')
      expect(propertiesOf('AWS::Events::EventBus').map(({ Name }) => Name)).toEqual([
        `fleet-awareness-${stage}`,
      ])
      const apis = usableApis(synthesised, 'publish').filter(
        (each) => !actionsOf(each).includes('rds-db:connect'),
      )
      expect(apis.map(actionsOf)).toEqual([['events:DescribeEventBus', 'events:PutEvents'], ['sns:Publish']])
      expect(idOf(apis[0]?.Resource)).toBe(bus)
      expect(idOf(apis[1]?.Resource)).toMatch(/^PublishDigests/)
      for (const folder of FUNCTION_NAMES.filter((name) => name !== 'publish')) {
        expect(usableApis(synthesised, folder).flatMap(actionsOf)).not.toContain('events:PutEvents')
      }
    })

    it('the digest reaches people through a topic of its own, by e-mail and in a Slack channel where the installation names them', () => {
      const [[topic] = ['']] = resourcesOf(synthesised, 'AWS::SNS::Topic').filter(
        ([, { Properties }]) => Properties.TopicName === `fleet-awareness-${stage}-digests`,
      )
      expect(topic).toMatch(/^PublishDigests/)
      const { notifyEmails, slackChannelId } = INSTALLATIONS[stage]
      const subscribed = propertiesOf('AWS::SNS::Subscription').filter(
        ({ TopicArn }) => idOf(TopicArn) === topic,
      )
      expect(subscribed.map(({ Endpoint }) => Endpoint)).toEqual(
        notifyEmails === undefined ? [] : [notifyEmails],
      )
      const channels = propertiesOf('AWS::Chatbot::SlackChannelConfiguration')
      expect(channels.map((each) => each.SlackChannelId)).toEqual(
        slackChannelId === undefined ? [] : [slackChannelId],
      )
      for (const { SnsTopicArns } of channels) expect(idOf((SnsTopicArns as unknown[])[0])).toBe(topic)
    })

    it('events are kept for 30 days, to be replayed to a consumer that was away', () => {
      const [[bus] = ['']] = resourcesOf(synthesised, 'AWS::Events::EventBus')
      const archives = propertiesOf('AWS::Events::Archive')
      // The emulator has no archives.
      expect(archives).toHaveLength(stage === 'emulated' ? 0 : 1)
      for (const archive of archives) {
        expect(archive).toMatchObject({ RetentionDays: 30, EventPattern: { source: ['fleet-awareness'] } })
        expect(idOf(archive.SourceArn)).toBe(bus)
      }
    })

    it('events are published as soon as a function logs that it has committed one', () => {
      const filters = propertiesOf('AWS::Logs::SubscriptionFilter')
      const reporters = filters.map(({ LogGroupName, FilterPattern, DestinationArn }) => {
        expect(idOf(DestinationArn)).toMatch(/^PublishFunction/)
        const group = synthesised.json.Resources[idOf(LogGroupName)]?.Properties.LogGroupName
        return [String(group).split('-').at(-1), FilterPattern]
      })
      expect(Object.fromEntries(reporters)).toEqual({
        probe:
          '{ ($.message = "host changed") || ($.message = "identification changed") || ' +
          '($.message = "flapping started") || ($.message = "prober suspect") }',
        drift: '{ $.message = "drift detected" }',
        operate:
          '{ ($.message = "policy changed") || ($.message = "scan forgotten") || ' +
          '($.message = "maintenance started") || ($.message = "maintenance ended") }',
        out:
          '{ ($.message = "maintenance ended") || ($.message = "flapping stopped") || ' +
          '($.message = "prober suspect") || ($.message = "prober trusted") }',
        inventory: '{ ($.message = "hosts added") || ($.message = "hosts removed") }',
      })
    })

    it('the inventory function hears of instances that start or end, and may list machines and nothing else', () => {
      const [[rule]] = [
        propertiesOf('AWS::Events::Rule').filter(({ EventBusName }) => EventBusName === undefined),
      ]
      const apis = usableApis(synthesised, 'inventory').filter(
        (each) => !actionsOf(each).includes('rds-db:connect'),
      )
      if (stage === 'existing') {
        expect(rule).toBeUndefined()
        expect(apis).toEqual([])
        return
      }
      expect(rule).toMatchObject({
        EventPattern: { source: ['aws.ec2'], 'detail-type': ['EC2 Instance State-change Notification'] },
        Targets: [
          {
            InputTransformer: {
              InputPathsMap: { 'detail-instance-id': '$.detail.instance-id' },
              InputTemplate: '{"instanceId":<detail-instance-id>}',
            },
          },
        ],
      })
      expect(apis.map(actionsOf)).toEqual([['ec2:DescribeInstances']])
    })

    it('events are handed on to the buses of other accounts, and kept where those do not take them', () => {
      const rules = propertiesOf('AWS::Events::Rule').filter(({ EventBusName }) => EventBusName !== undefined)
      expect(rules).toHaveLength(INSTALLATIONS[stage].subscribers === undefined ? 0 : 1)
      for (const { EventPattern, Targets } of rules) {
        expect(EventPattern).toEqual({ source: ['fleet-awareness'] })
        expect(Targets).toMatchObject([
          { Arn: INSTALLATIONS[stage].subscribers, DeadLetterConfig: { Arn: expect.anything() } },
        ])
      }
    })

    it('events reach their bus where the subnets have no way to AWS but endpoints', () => {
      const endpoints = JSON.stringify(
        propertiesOf('AWS::EC2::VPCEndpoint').map(({ ServiceName }) => ServiceName),
      )
      expect(endpoints.includes('.events')).toBe(INSTALLATIONS[stage].endpoints === 'create')
    })
  })

  describe('queues', () => {
    it('queues are encrypted, and refuse plain HTTP', () => {
      const queues = resourcesOf(synthesised, 'AWS::SQS::Queue')
      expect(queues.length).toBeGreaterThanOrEqual(3)
      const policies = propertiesOf('AWS::SQS::QueuePolicy')
      for (const [id, { Properties }] of queues) {
        expect(Properties.SqsManagedSseEnabled).toBe(true)
        const { PolicyDocument } = policies.find(({ Queues }) => idOf((Queues as unknown[])[0]) === id) ?? {}
        expect((PolicyDocument as { Statement: unknown[] } | undefined)?.Statement).toContainEqual(
          expect.objectContaining({
            Effect: 'Deny',
            Action: 'sqs:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        )
      }
    })

    it('queues hide a message for six times the function’s timeout, try it five times and keep dead letters longest', () => {
      for (const [name, folder] of [
        ['scan-completed', 'drift'],
        ['scan-files', 'ingest'],
      ] as const) {
        const [queue] = propertiesOf('AWS::SQS::Queue').filter(({ QueueName }) =>
          String(QueueName).endsWith(name),
        )
        expect(queue?.VisibilityTimeout).toBe(6 * Number(functionOf(synthesised, folder).Properties.Timeout))
        expect(queue?.RedrivePolicy).toMatchObject({ maxReceiveCount: 5 })
        expect(queue?.MessageRetentionPeriod).toBeLessThan(1_209_600)
      }
      const deadLetters = propertiesOf('AWS::SQS::Queue').filter(({ QueueName }) =>
        String(QueueName).endsWith('dead-letters'),
      )
      expect(
        Object.fromEntries(
          deadLetters.map(({ QueueName, MessageRetentionPeriod }) => [QueueName, MessageRetentionPeriod]),
        ),
      ).toEqual({
        [`fleet-awareness-${stage}-scan-dead-letters`]: 1_209_600,
        [`fleet-awareness-${stage}-scan-file-dead-letters`]: 1_209_600,
        // A lost probe is replaced by the next one: its request is kept for whoever looks why.
        [`fleet-awareness-${stage}-probe-dead-letters`]: 3_600,
      })
    })

    it('queues hand messages over in batches of which parts may fail, and results files one by one', () => {
      const mappings = ['drift', 'ingest'].map((folder) => ({
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        BatchSize: folder === 'drift' ? 10 : 1,
        ScalingConfig: {
          MaximumConcurrency: functionOf(synthesised, folder).Properties.ReservedConcurrentExecutions,
        },
      }))
      expect(propertiesOf('AWS::Lambda::EventSourceMapping')).toEqual(
        expect.arrayContaining(mappings.map((mapping) => expect.objectContaining(mapping))),
      )
    })

    it('results files are put into a bucket that is private, encrypted, versioned, refuses plain HTTP and forgets after 90 days', () => {
      const [[id, bucket] = ['', undefined]] = resourcesOf(synthesised, 'AWS::S3::Bucket')
      expect(bucket?.Properties).toMatchObject({
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: 'Enabled' },
        LifecycleConfiguration: {
          Rules: [expect.objectContaining({ ExpirationInDays: 90, Status: 'Enabled' })],
        },
        NotificationConfiguration: {
          QueueConfigurations: [{ Event: 's3:ObjectCreated:*' }],
        },
      })
      expect(JSON.stringify(bucket?.Properties.BucketName)).toContain(`fleet-awareness-${stage}-scans-`)
      // S3 asks the queue as the notifications are set up.
      expect(bucket?.DependsOn).toEqual([expect.stringMatching(/^IngestFilesPolicy/)])
      const [policy] = propertiesOf('AWS::S3::BucketPolicy').filter(({ Bucket }) => idOf(Bucket) === id)
      const denied = {
        Effect: 'Deny',
        Action: 's3:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }
      expect(policy?.PolicyDocument).toMatchObject({
        Statement: expect.arrayContaining([expect.objectContaining(denied)]),
      })
    })

    it('results files may be put by the scanners that the installation names, who may do nothing else with the bucket', () => {
      const allowed = propertiesOf('AWS::S3::BucketPolicy')
        .flatMap(({ PolicyDocument }) => (PolicyDocument as { Statement: { Effect: string }[] }).Statement)
        .filter(({ Effect }) => Effect === 'Allow')
      const isNamed = 'scanners' in INSTALLATIONS[stage]
      expect(allowed).toEqual(isNamed ? [expect.objectContaining({ Action: 's3:PutObject' })] : [])
    })

    it('the queue of scans can be found by scanner teams', () => {
      const names = propertiesOf('AWS::SSM::Parameter').map(({ Name }) => Name)
      expect(names).toEqual(
        expect.arrayContaining([
          `/fleet-awareness/${stage}/scan-queue-url`,
          `/fleet-awareness/${stage}/scan-queue-arn`,
        ]),
      )
      expect(Object.keys(synthesised.json.Outputs ?? {})).toEqual(
        expect.arrayContaining(['ScanQueueUrl', 'ScanQueueArn']),
      )
    })
  })

  describe('schedules', () => {
    it('schedules go with the stack, those that the fan-out made too', () => {
      const groups = all('AWS::Scheduler::ScheduleGroup')
      expect(groups.map(({ Properties }) => Properties.Name)).toEqual([
        `fleet-awareness-${stage}-probes`,
        `fleet-awareness-${stage}-clock`,
      ])
      expect(groups.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(['Delete', 'Delete'])
    })

    it('schedules start the fan-out and publishing every minute, and the inventory every ten, from outside of the group that the fan-out sweeps', () => {
      const schedules = propertiesOf('AWS::Scheduler::Schedule')
      const inventory = stage === 'existing' ? [] : [`fleet-awareness-${stage}-inventory`]
      expect(schedules.map(({ Name }) => Name)).toEqual([
        `fleet-awareness-${stage}-fan-out`,
        ...inventory,
        `fleet-awareness-${stage}-publish`,
      ])
      for (const schedule of schedules) {
        expect(schedule).toMatchObject({
          ScheduleExpression:
            schedule.Name === `fleet-awareness-${stage}-inventory` ? 'rate(10 minutes)' : 'rate(1 minute)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 } },
        })
        expect(JSON.stringify(schedule.GroupName)).toContain('-clock')
      }
    })
  })

  it('stage %s keeps the role of the hosts’ schedules, with its rights, when another one takes its place, but not when the stack goes', () => {
    const roles = resourcesOf(synthesised, 'AWS::IAM::Role').filter(([id]) =>
      id.startsWith('LivenessScheduleRole'),
    )
    expect(roles).toHaveLength(1)
    for (const [id, role] of roles) {
      expect([role.UpdateReplacePolicy, role.DeletionPolicy]).toEqual(['Retain', 'Delete'])
      const attached = resourcesOf(synthesised, 'AWS::IAM::Policy').filter(([, { Properties }]) =>
        JSON.stringify(Properties.Roles).includes(id),
      )
      expect(attached).toEqual([])
      expect(statementsOf(synthesised, id).flatMap(actionsOf)).toContain('lambda:InvokeFunction')
    }
  })

  it('stage %s takes the rights of the schedules of a group that is replaced, before the fan-out fills the new one', () => {
    // Both are updated in place: from then on, they serve the new group and the new function only.
    const roles = Object.entries({ LivenessSchedules: 'ScheduleRole', LivenessClockGroup: 'ClockRole' })
    for (const [group, role] of roles) {
      const [[id, found] = []] = resourcesOf(synthesised, 'AWS::IAM::Role').filter(([each]) =>
        each.startsWith(`Liveness${role}`),
      )
      expect(found?.Properties.RoleName).toBeUndefined()
      const trusted = JSON.stringify(found?.Properties.AssumeRolePolicyDocument)
      expect(
        trusted.match(new RegExp(`"aws:SourceArn":\\{"Fn::GetAtt":\\["${group}\\w+","Arn"\\]\\}`, 'g')),
      ).toHaveLength(1)
      const fans =
        role === 'ScheduleRole' ? functionOf(synthesised, 'fan-out') : all('AWS::Scheduler::Schedule')[0]
      expect(JSON.stringify(fans?.Properties)).toContain(`"Fn::GetAtt":["${id}","Arn"]`)
    }
  })

  it('stage %s has the region in the names that belong to the whole account, and leaves roles to CloudFormation', () => {
    const region = {
      'Fn::Join': ['', [expect.stringMatching(`^fleet-awareness-${stage}-`), { Ref: 'AWS::Region' }]],
    }
    expect(propertiesOf('AWS::IAM::ManagedPolicy').map(({ ManagedPolicyName }) => ManagedPolicyName)).toEqual(
      [region],
    )
    expect(propertiesOf('AWS::CloudWatch::Dashboard').map(({ DashboardName }) => DashboardName)).toEqual([
      region,
    ])
    expect(propertiesOf('AWS::IAM::Role').filter(({ RoleName }) => RoleName !== undefined)).toEqual([])
  })

  it('stage %s has one prefix in all of its names', () => {
    const named = Object.values(synthesised.json.Resources).flatMap(({ Type, Properties = {} }) =>
      NAME_PROPERTIES.filter((key) => typeof Properties[key] === 'string').map(
        (key) => `${Type} ${Properties[key]}`,
      ),
    )
    expect(named.length).toBeGreaterThan(25)
    const prefix = new RegExp(`^\\S+ (/aws/lambda/|/)?fleet-awareness[-/]${stage}([-/]|$)`)
    expect(named.filter((name) => !prefix.test(name))).toEqual([])
  })

  describe('alarms', () => {
    const alarms = propertiesOf('AWS::CloudWatch::Alarm')
    const anchors = OPERATIONS.split('\n')
      .filter((line) => line.startsWith('### '))
      .map((line) =>
        line
          .slice(4)
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, '-'),
      )

    it('alarms each link to a section of the runbook that is there', () => {
      expect(alarms.length).toBeGreaterThan(stage === 'emulated' ? 7 : 20)
      for (const { AlarmDescription, AlarmName } of alarms) {
        const [, anchor = ''] = /^.+\. What to do: \S+#([a-z0-9-]+)$/.exec(String(AlarmDescription)) ?? []
        expect(anchors, String(AlarmName)).toContain(anchor)
        expect(AlarmName).toBe(`fleet-awareness-${stage}-${anchor}`)
      }
    })

    it('alarms tell somebody when they go off and when it is over', () => {
      for (const { AlarmActions, OKActions } of alarms)
        expect([AlarmActions, OKActions]).toEqual([[expect.anything()], [expect.anything()]])
    })

    it('alarms belong to one question of the dashboard each, whose alarm sends no messages beside theirs', () => {
      const composites = propertiesOf('AWS::CloudWatch::CompositeAlarm')
      expect(composites.map(({ AlarmName }) => AlarmName)).toEqual(
        (stage === 'emulated'
          ? []
          : ['is-the-fleet-up', 'what-changed', 'what-drifts', 'is-the-system-itself-well']
        ).map((question) => `fleet-awareness-${stage}-${question}`),
      )
      expect(composites.filter(({ AlarmActions }) => AlarmActions !== undefined)).toEqual([])
      const dashboard = JSON.stringify(propertiesOf('AWS::CloudWatch::Dashboard'))
      for (const [id] of resourcesOf(synthesised, 'AWS::CloudWatch::CompositeAlarm'))
        expect(dashboard).toContain(`"Fn::GetAtt":["${id}","Arn"]`)
    })

    it('alarms treat silence as trouble where silence is the trouble', () => {
      const heartbeats = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching')
      expect(heartbeats.map(({ AlarmName }) => AlarmName)).toEqual([
        // The emulator has no alarms on arithmetic.
        ...(stage === 'emulated' ? [] : ['publishing-stopped', 'fan-out-stopped']).map(
          (title) => `fleet-awareness-${stage}-${title}`,
        ),
      ])
    })

    it('alarms and the dashboard look at metrics that the functions emit, none with a host as a dimension', () => {
      const dashboard = JSON.stringify(propertiesOf('AWS::CloudWatch::Dashboard')).replaceAll('\\"', '"')
      const text = `${dashboard}${JSON.stringify(alarms)}`
      expect(text).not.toMatch(/host_?id/i)
      const emitted: readonly string[] = [
        PROBE_METRICS,
        FAN_OUT_METRICS,
        DRIFT_METRICS,
        INGEST_METRICS,
        PUBLISH_METRICS,
        FUNCTION_METRICS,
      ].flatMap((names) => Object.values(names))
      const shown = [
        ...dashboard.matchAll(
          new RegExp(`\\["${METRIC_NAMESPACE}","(\\w+)","service","([\\w-]+)","stage","(\\w+)"`, 'g'),
        ),
      ]
      expect(shown.length).toBeGreaterThan(10)
      for (const [, name, service, ofStage] of shown) {
        expect(emitted).toContain(name)
        expect(SIGNING_FUNCTIONS.map((each) => FUNCTIONS[each].service)).toContain(service)
        expect(ofStage).toBe(stage)
      }
    })
  })
})

describe('IPv6', () => {
  const variableOf = (synthesised: Parameters<typeof functionOf>[0], name: string): unknown =>
    (functionOf(synthesised, name).Properties.Environment as { Variables: Record<string, string> }).Variables
      .IPV6
  const egressOf = (synthesised: Parameters<typeof resourcesOf>[0]) =>
    resourcesOf(synthesised, 'AWS::EC2::SecurityGroup').find(([id]) => id.startsWith('NetworkFunctions'))?.[1]
      .Properties.SecurityGroupEgress

  it('IPv6 is left out where nobody asks for it, and the functions that take hosts in know that', () => {
    for (const stage of ['dev', 'prod', 'existing'] as const) {
      const synthesised = stageTemplate(stage)
      expect([variableOf(synthesised, 'operate'), variableOf(synthesised, 'inventory')]).toEqual(['no', 'no'])
      expect(resourcesOf(synthesised, 'AWS::EC2::VPCCidrBlock')).toEqual([])
      expect(JSON.stringify(egressOf(synthesised))).not.toContain('::/0')
    }
    // On one machine hosts are reached by IPv6 if the machine has it.
    expect(variableOf(stageTemplate('emulated'), 'operate')).toBe('yes')
  })

  it('IPv6 leads out of a VPC that the stack creates, and into none', () => {
    const synthesised = synthesise({ stage: 'dev', ipv6: 'yes' })
    expect(synthesised.findings).toEqual([])
    expect(
      resourcesOf(synthesised, 'AWS::EC2::VPCCidrBlock').map(([, { Properties }]) => Properties),
    ).toMatchObject([{ AmazonProvidedIpv6CidrBlock: true }])
    const gateways = resourcesOf(synthesised, 'AWS::EC2::EgressOnlyInternetGateway').map(([id]) => id)
    expect(gateways).toHaveLength(1)
    const routes = resourcesOf(synthesised, 'AWS::EC2::Route').filter(
      ([id, { Properties }]) => id.includes('functions') && Properties.DestinationIpv6CidrBlock === '::/0',
    )
    expect(routes.map(([, { Properties }]) => idOf(Properties.EgressOnlyInternetGatewayId))).toEqual([
      gateways[0],
      gateways[0],
    ])
  })

  it.each(['dev', 'existing'] as const)(
    'IPv6 is open to every function of the stage %s, whose network then has it',
    (stage) => {
      const synthesised = synthesise({ stage, ...INSTALLATIONS[stage], ipv6: 'yes' })
      for (const [, { Properties }] of resourcesOf(synthesised, LAMBDA))
        expect(Properties.VpcConfig).toMatchObject({ Ipv6AllowedForDualStack: true })
      expect(egressOf(synthesised)).toContainEqual(
        expect.objectContaining({ CidrIpv6: '::/0', IpProtocol: '-1' }),
      )
      expect([variableOf(synthesised, 'operate'), variableOf(synthesised, 'inventory')]).toEqual([
        'yes',
        'yes',
      ])
    },
  )
})

describe('static parameters of the database', () => {
  const createParameters = (stage: 'prod' | 'small' | 'existing') => {
    const synthesised = stageTemplate(stage)
    const of = (name: string): unknown =>
      (functionOf(synthesised, name).Properties.Environment as { Variables: Record<string, string> })
        .Variables.SERVER_PARAMETERS
    const [[id, done] = []] = resourcesOf(synthesised, 'Custom::Migrations')
    expect(of('operate')).toBe(of('migrate'))
    expect(done?.Properties.ServerParameters).toBe(of('migrate'))
    expect(Object.values(synthesised.json.Outputs ?? {})).toContainEqual({
      Value: { 'Fn::GetAtt': [id, 'Warnings'] },
    })
    return JSON.parse(String(of('operate'))) as Record<string, number>
  }

  it('static parameters of the database that the stack sets are those that its functions compare with the server', () => {
    for (const [stage, type] of [
      ['prod', 'AWS::RDS::DBClusterParameterGroup'],
      ['small', 'AWS::RDS::DBParameterGroup'],
    ] as const) {
      const [[, group] = []] = resourcesOf(stageTemplate(stage), type)
      const { 'rds.force_ssl': _, ...set } = (group?.Properties.Parameters ?? {}) as Record<string, string>
      const compared = Object.entries(createParameters(stage)).map(([name, value]) => [name, String(value)])
      expect(Object.fromEntries(compared)).toEqual(set)
    }
  })

  it('static parameters of an existing database are compared as far as the settings count on them', () => {
    expect(createParameters('existing')).toEqual({ max_connections: 500 })
  })
})

describe('messages by question', () => {
  it('messages by question come from the alarms on questions instead of the single ones', () => {
    const synthesised = synthesise({ stage: 'prod', alarmMessages: 'questions', ...INSTALLATIONS.prod })
    expect(synthesised.findings).toEqual([])
    const actions = (type: string) =>
      resourcesOf(synthesised, type).flatMap(([, { Properties }]) => [
        Properties.AlarmActions,
        Properties.OKActions,
      ])
    expect(actions('AWS::CloudWatch::Alarm').filter((each) => each !== undefined)).toEqual([])
    const told = actions('AWS::CloudWatch::CompositeAlarm')
    expect(told).toHaveLength(8)
    expect(told).not.toContain(undefined)
  })
})

describe('an installation with a name of its own', () => {
  it('an installation with a name of its own has it in every name, in metrics and in the environment, in place of the stage', () => {
    const synthesised = synthesise({ stage: 'prod', name: 'payments', ...INSTALLATIONS.prod })
    expect(synthesised.findings).toEqual([])
    const text = JSON.stringify(synthesised.json)
    expect(text).not.toMatch(/awareness[-/]prod/)
    expect(functionOf(synthesised, 'probe').Properties).toMatchObject({
      FunctionName: 'fleet-awareness-payments-probe',
      Environment: { Variables: { STAGE: 'payments' } },
    })
    expect(text).toContain('"Name":"stage","Value":"payments"')
    expect(text).not.toContain('"Value":"prod"')
  })
})

describe('a stack', () => {
  it('a stack is protected from termination where its stage keeps the data, and only there', () => {
    const kept = everyStage().flatMap(([stage, { isProtected }]) => (isProtected ? [stage] : []))
    expect(kept).toEqual(['prod', 'existing'])
  })
})

describe('the VPC that a stack creates', () => {
  const cidrOf = (synthesised: Parameters<typeof resourcesOf>[0]): unknown =>
    resourcesOf(synthesised, 'AWS::EC2::VPC')[0]?.[1].Properties.CidrBlock

  it('the VPC that a stack creates has another range for each stage, so that both can be peered with one network', () => {
    expect([cidrOf(stageTemplate('dev')), cidrOf(stageTemplate('prod'))]).toEqual([
      '10.91.0.0/16',
      '10.92.0.0/16',
    ])
    expect(cidrOf(stageTemplate('small'))).toBe('10.93.0.0/16')
  })

  it('the VPC that a stack creates has the range and the zones that the installation names', () => {
    const zones = ['eu-west-1b', 'eu-west-1c']
    const chosen = synthesise({ stage: 'dev', vpcCidr: '172.20.16.0/20', availabilityZones: zones.join(',') })
    expect(chosen.findings).toEqual([])
    expect(cidrOf(chosen)).toBe('172.20.16.0/20')
    const subnets = resourcesOf(chosen, 'AWS::EC2::Subnet').map(
      ([, { Properties }]) => Properties.AvailabilityZone,
    )
    expect(subnets).toHaveLength(6)
    expect([...new Set(subnets)]).toEqual(zones)
  })
})

describe('the page on cost', () => {
  it.each(['small', 'dev', 'prod'] as const)(
    'the page on cost counts what the alarms of the stage %s look at, within a tenth',
    (stage) => {
      const resources = (type: string) => resourcesOf(stageTemplate(stage), `AWS::CloudWatch::${type}`)
      const metrics = resources('Alarm').map(([, { Properties }]) => {
        const queries = Properties.Metrics as { readonly MetricStat?: object }[] | undefined
        return queries?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1
      })
      const counted = metrics.reduce((sum, number) => sum + number, 0)
      expect(MONITORING.alarmMetrics / counted).toBeGreaterThan(0.9)
      expect(MONITORING.alarmMetrics / counted).toBeLessThan(1.1)
      expect(resources('CompositeAlarm')).toHaveLength(MONITORING.compositeAlarms)
      expect(resources('Dashboard')).toHaveLength(MONITORING.dashboards)
    },
  )
})

describe('a database from a snapshot', () => {
  const clusterOf = (context: Record<string, string>) => {
    const synthesised = synthesise({ stage: 'prod', ...context })
    expect(synthesised.findings).toEqual([])
    const [[id, cluster] = ['', null]] = resourcesOf(synthesised, 'AWS::RDS::DBCluster')
    return { id, properties: cluster?.Properties ?? {}, synthesised }
  }
  const fresh = clusterOf({})
  const restored = clusterOf({ databaseSnapshot: 'rds:prod-2026-11-01' })

  it('a database from a snapshot takes the place of the cluster that there is, with everything else as it was', () => {
    expect(restored.id).toBe(fresh.id)
    expect(restored.properties).toMatchObject({
      SnapshotIdentifier: 'rds:prod-2026-11-01',
      EnableIAMDatabaseAuthentication: true,
      StorageEncrypted: true,
      DeletionProtection: true,
    })
    expect(fresh.properties).not.toHaveProperty('SnapshotIdentifier')
    // The snapshot has the owner and the database; CloudFormation refuses to name them again.
    expect(restored.properties).not.toHaveProperty('MasterUsername')
    expect(restored.properties).not.toHaveProperty('DatabaseName')
  })

  it('a database from a snapshot lets its owner sign in with a token, and with a password that its secret has', () => {
    const [[secret] = ['']] = resourcesOf(restored.synthesised, 'AWS::SecretsManager::Secret')
    expect(JSON.stringify(restored.properties.MasterUserPassword)).toContain(secret)
    const { Variables } = functionOf(restored.synthesised, 'migrate').Properties.Environment as {
      Variables: Record<string, unknown>
    }
    expect(Variables).toMatchObject({ DATABASE_AUTH: 'iam_or_secret', DATABASE_USER: 'awareness_owner' })
    expect(JSON.stringify(Variables.DATABASE_SECRET_ARN)).toMatch(/Secret/)
  })
})

describe('an account without concurrency to reserve', () => {
  const synthesised = synthesise({ stage: 'dev', reserve: 'no' })

  it('an account without concurrency to reserve gets functions without any, and a lease for what must run alone', () => {
    expect(synthesised.findings).toEqual([])
    const functions = resourcesOf(synthesised, LAMBDA)
    expect(functions).toHaveLength(FUNCTION_NAMES.length)
    for (const [, { Properties }] of functions) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions')
    }
    expect(functionOf(synthesised, 'fan-out').Properties.Environment).toMatchObject({
      Variables: { MAY_OVERLAP: 'yes' },
    })
    expect(functionOf(stageTemplate('dev'), 'fan-out').Properties.Environment).not.toHaveProperty(
      'Variables.MAY_OVERLAP',
    )
  })
})

describe('the stage small', () => {
  const synthesised = stageTemplate('small')
  const all = (type: string): Record<string, unknown>[] =>
    resourcesOf(synthesised, type).map(([, { Properties }]) => Properties)

  it('the stage small has one instance of PostgreSQL in one zone, which signs functions in by IAM', () => {
    expect(all('AWS::RDS::DBCluster')).toEqual([])
    expect(all('AWS::RDS::DBInstance')).toMatchObject([
      {
        DBInstanceClass: 'db.t4g.micro',
        Engine: 'postgres',
        MultiAZ: false,
        StorageEncrypted: true,
        EnableIAMDatabaseAuthentication: true,
        PubliclyAccessible: false,
        DeletionProtection: false,
      },
    ])
  })

  it('the stage small goes out through one instance that lets nobody but its VPC in, and through no gateway or endpoint that costs more', () => {
    expect(all('AWS::EC2::NatGateway')).toEqual([])
    expect(all('AWS::EC2::VPCEndpoint').map(({ VpcEndpointType }) => VpcEndpointType)).toEqual(['Gateway'])
    const [nat, ...others] = resourcesOf(synthesised, 'AWS::EC2::Instance')
    expect(others).toEqual([])
    expect(nat?.[1].Properties).toMatchObject({ InstanceType: 't4g.nano', SourceDestCheck: false })
    const ways = all('AWS::EC2::Route').filter(({ InstanceId }) => InstanceId !== undefined)
    expect(ways.map(({ InstanceId }) => idOf(InstanceId))).toEqual([nat?.[0], nat?.[0]])
    const [group] = all('AWS::EC2::SecurityGroup').filter(({ GroupDescription }) =>
      String(GroupDescription).includes('NAT'),
    )
    expect(group?.SecurityGroupIngress).toMatchObject([{ CidrIp: '10.93.0.0/16', IpProtocol: '-1' }])
  })
})

describe('the owner of a database that the stack creates', () => {
  const synthesised = stageTemplate('prod')
  const { Variables } = functionOf(synthesised, 'migrate').Properties.Environment as {
    Variables: Record<string, unknown>
  }

  it('the owner of a database that the stack creates may sign in with a token as with its password, which is read at run time and in no configuration', () => {
    expect(Variables).toMatchObject({ DATABASE_AUTH: 'iam_or_secret', DATABASE_SECRET_FIELD: 'password' })
    expect(JSON.stringify(synthesised.json)).not.toMatch(/resolve:secretsmanager[^}]*:password:/)
    const apis = usableApis(synthesised, 'migrate')
    expect(apis.map(actionsOf)).toEqual([
      ['rds-db:connect'],
      ['secretsmanager:GetSecretValue'],
      ['kms:Decrypt'],
      ['logs:CreateLogGroup', 'logs:PutRetentionPolicy'],
    ])
    expect(JSON.stringify(apis[0]?.Resource)).toMatch(/\/awareness_owner"/)
    expect(apis[1]?.Resource).toEqual(Variables.DATABASE_SECRET_ARN)
  })

  it('the owner of a database that the stack creates has the log of its cluster expire as the logs of the functions do', () => {
    const [[cluster] = ['']] = resourcesOf(synthesised, 'AWS::RDS::DBCluster')
    const logGroup = ['/aws/rds/cluster/', { Ref: cluster }, '/postgresql']
    expect(Variables).toMatchObject({
      DATABASE_LOG_GROUP: { 'Fn::Join': ['', logGroup] },
      DATABASE_LOG_DAYS: '90',
    })
    const rights = usableApis(synthesised, 'migrate').at(-1)
    expect(JSON.stringify(rights?.Resource)).toContain(`{"Ref":"${cluster}"},"/postgresql:*"`)
    // Another number of days has the function called again.
    expect(resourcesOf(synthesised, 'Custom::Migrations').map(([, each]) => each.Properties)).toMatchObject([
      { DatabaseLogDays: '90' },
    ])
  })
})

describe('a secret instead of IAM', () => {
  const { databaseResourceId: _, databaseOwner: __, ...installation } = INSTALLATIONS.existing
  const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:scanner-AbCdEf'
  const synthesised = synthesise({
    stage: 'existing',
    ...installation,
    databaseSecretArn: arn,
    databaseSecretVersion: 'version-2',
  })
  const { json, findings } = synthesised
  const text = JSON.stringify(json)

  it('a secret instead of IAM puts each password into one function, and none into the template', () => {
    expect(findings).toEqual([])
    const environmentOf = (folder: string): Record<string, unknown> =>
      (functionOf({ json }, folder).Properties.Environment as { Variables: Record<string, unknown> })
        .Variables
    const field = (name: string): string =>
      `{{resolve:secretsmanager:${arn}:SecretString:${name}::version-2}}`
    expect(environmentOf('probe')).toMatchObject({
      DATABASE_AUTH: 'password',
      DATABASE_PASSWORD: field('probe_password'),
    })
    expect(environmentOf('drift').DATABASE_PASSWORD).toBe(field('drift_password'))
    expect(environmentOf('fan-out').DATABASE_PASSWORD).toBe(field('fan_out_password'))
    expect(environmentOf('operate').DATABASE_PASSWORD).toBe(field('operate_password'))
    expect(environmentOf('migrate')).toMatchObject({
      DATABASE_USER: field('owner_username'),
      DATABASE_AUTH: 'secret',
      DATABASE_SECRET_ARN: arn,
      DATABASE_SECRET_VERSION: 'version-2',
      DATABASE_SECRET_FIELD: 'owner_password',
    })
    expect(text).not.toContain(':owner_password:')
  })

  it('a secret instead of IAM lets the migrate function read that one secret, and no function sign in by IAM', () => {
    expect(text).not.toContain('rds-db:connect')
    for (const name of SIGNING_FUNCTIONS) {
      expect(usableApis(synthesised, name).flatMap(actionsOf)).not.toContain('secretsmanager:GetSecretValue')
    }
    const apis = usableApis(synthesised, 'migrate')
    expect(apis.map(actionsOf)).toEqual([['secretsmanager:GetSecretValue'], ['kms:Decrypt']])
    expect(apis[0]?.Resource).toBe(arn)
    expect(apis[1]?.Condition).toMatchObject({ StringEquals: { 'kms:EncryptionContext:SecretARN': arn } })
  })

  it('a secret instead of IAM gives the subnets an endpoint for Secrets Manager where the stack creates endpoints', () => {
    const services = resourcesOf(synthesised, 'AWS::EC2::VPCEndpoint').map(([, { Properties }]) =>
      JSON.stringify(Properties.ServiceName),
    )
    expect(services.filter((name) => name.includes('secretsmanager'))).toHaveLength(1)
  })
})

describe('migrations', () => {
  const { databaseResourceId: _, databaseOwner: __, ...installation } = INSTALLATIONS.existing
  const requestOf = (changed: Record<string, string>): unknown => {
    const secret = {
      databaseSecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:scanner-AbCdEf',
    }
    const synthesised = synthesise({ stage: 'existing', ...installation, ...secret, ...changed })
    return resourcesOf(synthesised, 'Custom::Migrations').map(([, { Properties }]) => Properties)
  }
  const before = requestOf({ databaseSecretVersion: 'version-1' })

  it.each([
    ['another database', { databaseName: 'another', databaseSecretVersion: 'version-1' }],
    ['another server', { databaseHost: 'another.example.com', databaseSecretVersion: 'version-1' }],
    ['other passwords', { databaseSecretVersion: 'version-2' }],
  ])('migrations run again for %s', (_what, changed) => {
    expect(requestOf(changed)).not.toEqual(before)
  })

  it('migrations do not run again for nothing', () => {
    expect(requestOf({ databaseSecretVersion: 'version-1' })).toEqual(before)
  })
})

describe('the runbook', () => {
  it('the runbook has no section for an alarm that is not there', () => {
    const names = resourcesOf(stageTemplate('prod'), 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
      String(Properties.AlarmName).replace('fleet-awareness-prod-', ''),
    )
    const [, runbook = ''] = /\n## Alarms\n([\s\S]*?)(\n## |$)/.exec(OPERATIONS) ?? []
    const sections = [...runbook.matchAll(/^### (.+)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    )
    expect(sections.sort()).toEqual(names.sort())
  })
})
