import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { GetObjectTaggingCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { SNSClient } from '@aws-sdk/client-sns'
import { GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { EXIT } from '../../../cli/terminal/exit-codes.ts'
import {
  BEHAVIOURS,
  type LoopbackHost,
  startLoopbackHost,
} from '../../../infra/local/demonstration/loopback-host.ts'
import { connect } from '../../../shared/db/client.ts'
import { announceScan } from '../../../shared/producer/announce-scan.ts'
import { recordScan } from '../../../shared/producer/record-scan.ts'
import type { Scan } from '../../../shared/producer/scan-results.ts'
import { testResult } from '../../support/xccdf-file.ts'
import { type Account, openAccount, STAGE } from './account.ts'
import { ACCOUNT, REGION } from './emulator.ts'
import { functionLogs } from './function-logs.ts'
import { type Operator, operatorOf } from './operator.ts'
import { runProgram } from './run-program.ts'
import { type Subscribers, subscribe } from './subscribers.ts'

const STACK = `fleet-awareness-${STAGE}`
/** The schedules of the functions that run by themselves. */
const CLOCKS = ['fan-out', 'inventory', 'publish'].map((name) => `${STACK}-clock/${STACK}-${name}`)
/** Scheduler knows no shorter period than a minute, and the emulator looks every ten seconds. */
const WITHIN_MINUTES = { timeout: 280_000, interval: 2_000 }
const WITHIN_SECONDS = { timeout: 60_000, interval: 1_000 }

const Outputs = z.object({ [STACK]: z.looseObject({ ScanQueueUrl: z.url(), ScanBucket: z.string() }) })

/** A fleet of three: one that stays well, one that will die, one that will leave. */
const NAMES = ['doomed', 'leaver', 'steady'] as const
type Name = (typeof NAMES)[number]

describe('a stage deployed by the CDK CLI into an AWS account', () => {
  let account: Account
  let operator: Operator
  let sqs: SQSClient
  let scheduler: SchedulerClient
  let fleet: Record<Name, LoopbackHost>
  let s3: S3Client
  let scanQueueUrl: string
  let scanBucket: string
  let events: EventBridgeClient
  let sns: SNSClient
  let subscribers: Subscribers

  beforeAll(async () => {
    account = await openAccount()
    operator = operatorOf(STAGE, account.emulator.environment)
    const client = {
      endpoint: account.emulator.endpoint,
      region: REGION,
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'emulated' },
    }
    sqs = new SQSClient(client)
    scheduler = new SchedulerClient(client)
    events = new EventBridgeClient(client)
    sns = new SNSClient(client)
    s3 = new S3Client({ ...client, forcePathStyle: true })
    fleet = {
      doomed: await startLoopbackHost(BEHAVIOURS.healthy),
      leaver: await startLoopbackHost(BEHAVIOURS.slow),
      steady: await startLoopbackHost(BEHAVIOURS.healthy),
    }
  })

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    const { endpoint, log } = account.emulator
    const functions = await functionLogs(endpoint).catch((error: unknown) => `no function logs: ${error}`)
    process.stderr.write(`\n--- emulator\n${log().slice(-20_000)}\n${functions}\n`)
  })

  afterAll(async () => {
    await Promise.all(Object.values(fleet ?? {}).map((host) => host.stop()))
    sqs?.destroy()
    scheduler?.destroy()
    events?.destroy()
    sns?.destroy()
    s3?.destroy()
    await account?.close()
  })

  const schedules = async (): Promise<string[]> => {
    const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}))
    return Schedules.map(({ GroupName, Name: name }) => `${GroupName}/${name}`).sort()
  }
  const importFleet = async (names: readonly Name[]): Promise<void> => {
    const file = join(account.folder, 'fleet.csv')
    const rows = names.map((name) => `${name},${fleet[name].address},${fleet[name].port}`)
    writeFileSync(file, ['name,address,port', ...rows, ''].join('\n'))
    await operator.importFleet(file)
  }
  const hostCalled = async (name: Name) => {
    const host = (await operator.hosts()).find((each) => each.name === name)
    if (host === undefined) throw new Error(`${name} is not in the fleet`)
    return host
  }
  const states = async () =>
    Object.fromEntries((await operator.hosts()).map(({ name, state }) => [name, state]))
  const deploy = () => account.cdk.deploy(join(account.folder, 'outputs.json'))

  it('a stage that the CDK CLI deploys bootstraps the account', async () => {
    const { exitCode, said } = await account.cdk.bootstrap()
    expect(exitCode, said).toBe(0)
  })

  it('a stage that the CDK CLI deploys fails where migrations fail, with the reason in the stack events, and leaves nothing that fires', async () => {
    const owner = connect(account.database)
    await owner`create table hosts (id uuid primary key, hostname integer)`
    const { exitCode, said } = await deploy()
    await owner`drop table hosts`
    await owner.end()
    expect(exitCode, said).toBe(1)
    expect(said).toMatch(/CREATE_FAILED .*Custom::Migrations .*hosts\.hostname is integer \(needed as text\)/)
    expect(said).toMatch(/ROLLBACK_COMPLETE/)
    expect(await schedules()).toEqual([])
  })

  it('a stage that the CDK CLI deploys deploys, and says where scans are sent to', async () => {
    const { exitCode, said } = await deploy()
    expect(exitCode, said).toBe(0)
    const outputs = Outputs.parse(JSON.parse(readFileSync(join(account.folder, 'outputs.json'), 'utf8')))
    scanQueueUrl = outputs[STACK]?.ScanQueueUrl ?? ''
    expect(scanQueueUrl).toMatch(/scan-completed$/)
    scanBucket = outputs[STACK]?.ScanBucket ?? ''
    expect(scanBucket).toBe(`${STACK}-scans-${ACCOUNT}-${REGION}`)
    expect(await schedules()).toEqual(CLOCKS)
    subscribers = await subscribe({ events, sns, sqs }, { stage: STAGE, account: ACCOUNT, region: REGION })
  })

  it('a stage that the CDK CLI deploys takes hosts in through the operate function, once the policy allows addresses like theirs', async () => {
    await expect(importFleet(NAMES)).rejects.toThrow('address 127.0.0.1 is loopback')
    await operator.setPolicy('allowed_addresses=loopback')
    expect(await operator.events('policy.changed')).toMatchObject([
      { detail: { after: { allowed_addresses: 'loopback' } } },
    ])
    await importFleet(NAMES)
    expect(await states()).toEqual({ doomed: 'unknown', leaver: 'unknown', steady: 'unknown' })
  })

  it('a stage that the CDK CLI deploys changes nothing when it is deployed again', async () => {
    const { exitCode, said } = await deploy()
    expect(exitCode, said).toBe(0)
    expect(said).toMatch(/✅ +fleet-awareness-emulated \(no changes\)/)
  })

  it('a stage that the CDK CLI deploys tells of drift, once, when a scan has found its host worse', async () => {
    const { id: hostId } = await hostCalled('steady')
    const owner = connect(account.database)
    const startedAt = Date.now()
    const scan = (order: number, failing: number): Scan => ({
      hostId,
      scanId: randomUUID(),
      completedAt: new Date(startedAt + order * 1_000),
      results: Array.from({ length: 10 }, (_, i) => ({
        ruleId: `rule-${i}`,
        severity: 'high',
        status: i < failing ? 'fail' : 'pass',
      })),
    })
    const [good, bad] = [scan(0, 0), scan(1, 3)]
    for (const each of [good, bad]) {
      expect(await recordScan(owner, each)).toMatchObject({ outcome: 'recorded' })
      await announceScan(sqs, scanQueueUrl, each)
    }
    await owner.end()
    const drift = () => operator.events('compliance.drift.detected')
    await expect.poll(drift, WITHIN_SECONDS).toMatchObject([
      {
        resource_id: hostId,
        detail: {
          scan_id: bad.scanId,
          drift_type: 'major',
          score_delta: -30,
          prior_score: 100,
          current_score: 70,
          severity_transitions: { high_became_failing: 3 },
        },
      },
    ])
    await announceScan(sqs, scanQueueUrl, bad)
    await deadLettersAMalformedMessage()
    expect(await drift()).toHaveLength(1)
  })

  it('a stage that the CDK CLI deploys records and judges a results file that is put into its bucket, and says on the object what came of it', async () => {
    const put = (Key: string, Body: string) =>
      s3.send(new PutObjectCommand({ Bucket: scanBucket, Key, Body }))
    const tagsOf = async (Key: string) => {
      const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket: scanBucket, Key }))
      return Object.fromEntries(TagSet.map(({ Key: name, Value }) => [name, Value]))
    }
    const rules = Array.from({ length: 10 }, (_, i) => ({
      id: `rule-${i}`,
      result: 'pass',
      severity: 'high',
    }))
    // Later than the scans before it, which are some seconds ahead.
    const endTime = new Date(Date.now() + 60_000).toISOString()
    await put('steady/results of today.xml', testResult({ rules, endTime }))
    await put('steady/notes.txt', 'no results')
    await expect
      .poll(() => tagsOf('steady/results of today.xml'), WITHIN_SECONDS)
      .toMatchObject({ 'fleet-awareness': 'recorded' })
    await expect
      .poll(() => tagsOf('steady/notes.txt'), WITHIN_SECONDS)
      .toEqual({ 'fleet-awareness': 'rejected', 'fleet-awareness-reason': 'unknown_format' })
    await expect
      .poll(
        async () => (await operator.events('compliance.drift.detected')).map(({ detail }) => detail),
        WITHIN_SECONDS,
      )
      .toContainEqual(expect.objectContaining({ drift_type: 'improvement', score_delta: 30 }))
  })

  it('a stage that the CDK CLI deploys takes a results file from the command line, which says the verdict', async () => {
    const file = join(account.folder, 'results.xml')
    const rules = [{ id: 'rule-0', result: 'pass', severity: 'high' }]
    writeFileSync(file, testResult({ rules, endTime: new Date(Date.now() + 120_000).toISOString() }))
    const command = ['run', '--silent', 'scan:import', '--', '--stage', STAGE, '--host', 'leaver', file]
    const { exitCode, said } = await runProgram('npm', command, account.emulator.environment)
    expect(exitCode, said).toBe(0)
    expect(said).toMatch(/^host \S+, scan \S+: recorded, judged: not comparable: no prior baseline$/m)
  })

  /** Also the sign that what was sent before it has been judged: the emulator reads a queue in order. */
  async function deadLettersAMalformedMessage(): Promise<void> {
    const body = '{"event":"scan.completed","version":1,"host_id":'
    await sqs.send(new SendMessageCommand({ QueueUrl: scanQueueUrl, MessageBody: body }))
    const { QueueUrl } = await sqs.send(
      new GetQueueUrlCommand({ QueueName: `fleet-awareness-${STAGE}-scan-dead-letters` }),
    )
    const receive = async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], WaitTimeSeconds: 1 }),
      )
      return Messages
    }
    await expect
      .poll(receive, WITHIN_SECONDS)
      .toMatchObject([{ Body: body, MessageAttributes: { reason: { StringValue: 'malformed_json' } } }])
  }

  it('a stage that the CDK CLI deploys gives each host a schedule, by the fan-out that Scheduler runs every minute', async () => {
    await expect.poll(schedules, WITHIN_MINUTES).toHaveLength(CLOCKS.length + NAMES.length)
    const probes = (await schedules()).filter((name) => name.startsWith(`${STACK}-probes/`))
    expect(probes).toHaveLength(NAMES.length)
  })

  it('a stage that the CDK CLI deploys knows every host by a real probe, when Scheduler has fired', async () => {
    await expect
      .poll(states, WITHIN_MINUTES)
      .toEqual({ doomed: 'reachable', leaver: 'reachable', steady: 'reachable' })
  })

  it('a stage that the CDK CLI deploys tells of a dead host in one event, and takes the schedule of a host that left', async () => {
    const { id: hostId } = await hostCalled('doomed')
    // It keeps its port, which another program of this machine might take and answer on.
    await fleet.doomed.switchTo(BEHAVIOURS.silent)
    await importFleet(['doomed', 'steady'])
    await expect.poll(states, WITHIN_MINUTES).toEqual({ doomed: 'unreachable', steady: 'reachable' })
    await expect.poll(schedules, WITHIN_MINUTES).toHaveLength(CLOCKS.length + 2)

    expect(await operator.probe('doomed')).toBe(EXIT.unreachable)
    const events = await operator.events('host.connectivity.checked')
    expect(events.filter(({ resource_id }) => resource_id === hostId)).toMatchObject([
      { detail: { prior_status: 'reachable', new_status: 'unreachable', error_type: 'banner_timeout' } },
      { detail: { prior_status: 'unknown', new_status: 'reachable' } },
    ])
  })

  it('a stage that the CDK CLI deploys brings the dead host to a rule of the event bus, and to people', async () => {
    const { id: hostId } = await hostCalled('doomed')
    await expect.poll(subscribers.hostsDown, WITHIN_MINUTES).toMatchObject([
      {
        source: 'fleet-awareness',
        'detail-type': 'host.connectivity.checked',
        detail: { stage: STAGE, host: { id: hostId, name: 'doomed' }, new_status: 'unreachable' },
      },
    ])
    const digests = async () => (await subscribers.digests()).join('\n')
    await expect.poll(digests, WITHIN_MINUTES).toContain(`[${STAGE}] 1 host down: doomed`)
  })

  it('a stage that the CDK CLI deploys leaves nothing that fires when it is destroyed', async () => {
    const { exitCode, said } = await account.cdk.destroy()
    expect(exitCode, said).toBe(0)
    expect(await schedules()).toEqual([])
  })
})
