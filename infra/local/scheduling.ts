import { setTimeout as pause } from 'node:timers/promises'
import type { LambdaClient } from '@aws-sdk/client-lambda'
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { createFanOutHandler } from '../../functions/fan-out/handler.ts'
import { invokeFunctionLater } from '../../shared/aws/functions.ts'
import { scheduleGroup } from '../../shared/aws/scheduler.ts'
import { forgetAllSchedules } from '../../shared/db/probe-schedules.ts'
import { createNames } from '../../shared/domain/names.ts'
import type { Clock } from './clock.ts'
import { createLambda, type Lambda } from './emulators/lambda/function.ts'
import { localLambdaClient, startLambdaServer } from './emulators/lambda/server.ts'
import { type LocalScheduler, type SchedulerOptions, startScheduler } from './emulators/scheduler/server.ts'
import {
  type FunctionSurroundings,
  functionDeps,
  localIdentity,
  type ProbeLambda,
  STAGE,
} from './functions.ts'

export type Scheduling = {
  /** Stops the local Scheduler: no schedule fires any more. */
  readonly stop: () => Promise<void>
  /** Waits for a run of the fan-out that is under way. */
  readonly drain: () => Promise<void>
}

const { arn: PROBE_ARN } = localIdentity('probe')
const { arn: FAN_OUT_ARN } = localIdentity('fan-out')
const { arn: PUBLISH_ARN } = localIdentity('publish')
const ROLE_ARN = 'arn:aws:iam::000000000000:role/local-scheduler'
const DEAD_LETTER_QUEUE_ARN = 'arn:aws:sqs:local:000000000000:local-undelivered'
const { probeSchedules: PROBES_GROUP, clocks: CLOCK_GROUP } = createNames(STAGE)
/** As deployed: before the next minute. */
const FAN_OUT_TIMEOUT_MS = 60_000

export type SchedulingDeps = FunctionSurroundings & {
  readonly clock: Clock
  readonly probe: ProbeLambda
  /** Runs every minute of fleet time beside the fan-out. */
  readonly publish?: Lambda<unknown, unknown>
  readonly onFault: (error: unknown) => void
  /** Stands between a firing and its function: see SchedulerOptions. */
  readonly deliver?: SchedulerOptions['deliver']
}

/**
 * Starts a Scheduler and the fan-out on a one-minute schedule of it, as in AWS; the fan-out then keeps the
 * schedules of the hosts in step. It also runs at once, so that nobody waits for the first minute.
 */
export async function startScheduling(deps: SchedulingDeps): Promise<Scheduling> {
  // The schedules of the last run ended with its Scheduler.
  await forgetAllSchedules(deps.database.owner)
  const targets = new Map<string, (event: unknown) => void>([[PROBE_ARN, deps.probe.invokeAsync]])
  const scheduler = await startScheduler({
    clock: deps.clock,
    groups: [PROBES_GROUP, CLOCK_GROUP],
    invoke: (arn, event) => targets.get(arn)?.(event),
    ...(deps.deliver && { deliver: deps.deliver }),
  })
  const client = localClient(scheduler)
  const lambdaServer = await startLambdaServer(new Map([[PROBE_ARN, deps.probe.invokeAsync]]))
  const lambdaClient = localLambdaClient(lambdaServer.endpoint)
  const stopping = new AbortController()
  const fanOut = createFanOutLambda(deps, { client, lambdaClient, stopping: stopping.signal })
  targets.set(FAN_OUT_ARN, fanOut.invokeAsync)
  fanOut.invokeAsync({})
  await everyMinute(client, 'fan-out', FAN_OUT_ARN)
  if (deps.publish !== undefined) {
    targets.set(PUBLISH_ARN, deps.publish.invokeAsync)
    await everyMinute(client, 'publish', PUBLISH_ARN)
  }
  return {
    stop: scheduler.stop,
    drain: async () => {
      stopping.abort()
      await fanOut.drain()
      client.destroy()
      lambdaClient.destroy()
      await lambdaServer.stop()
    },
  }
}

async function everyMinute(client: SchedulerClient, name: string, functionArn: string): Promise<void> {
  await client.send(
    new CreateScheduleCommand({
      Name: name,
      GroupName: CLOCK_GROUP,
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: functionArn, RoleArn: ROLE_ARN, Input: '{}' },
    }),
  )
}

/** Every setting is given here: whatever AWS account the user's environment names stays out of it. */
const localClient = ({ endpoint }: LocalScheduler): SchedulerClient =>
  new SchedulerClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })

function createFanOutLambda(
  deps: SchedulingDeps,
  {
    client,
    lambdaClient,
    stopping,
  }: { client: SchedulerClient; lambdaClient: LambdaClient; stopping: AbortSignal },
): Lambda<unknown, unknown> {
  const target = {
    groupName: PROBES_GROUP,
    functionArn: PROBE_ARN,
    roleArn: ROLE_ARN,
    deadLetterQueueArn: DEAD_LETTER_QUEUE_ARN,
  }
  return createLambda<unknown, unknown>({
    ...localIdentity('fan-out'),
    maxConcurrency: 1,
    timeoutMs: FAN_OUT_TIMEOUT_MS,
    coldStart: () => {
      const functionDependencies = functionDeps(deps, 'fan-out')
      const handle = createFanOutHandler({
        ...functionDependencies,
        schedules: scheduleGroup(client, target),
        invokeProbe: invokeFunctionLater(lambdaClient, PROBE_ARN),
        pause: (ms, signal) => pauseUnlessStopping(deps.clock.realMs(ms), signal, stopping),
      })
      return { handle, dispose: functionDependencies.database.close }
    },
    onResult: (result) => {
      if (result.outcome === 'failed') deps.onFault(result.error)
    },
  })
}

/** Nobody waits for a pause when all is stopped. */
async function pauseUnlessStopping(ms: number, signal: AbortSignal, stopping: AbortSignal): Promise<void> {
  try {
    await pause(ms, undefined, { signal: AbortSignal.any([signal, stopping]) })
  } catch (error) {
    if (!stopping.aborted) throw error
  }
}
