import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { ListScheduleGroupsCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { FUNCTION_NAMES } from '../../../shared/domain/functions.ts'
import { createNames, type Names } from '../../../shared/domain/names.ts'
import type { Facts } from '../facts.ts'
import { clientSettings } from './client-settings.ts'
import { reading, unlessMissing } from './reading.ts'

/** Looks up which names of an installation are taken. */
export async function readTakenNames(installation: string): Promise<Facts['takenNames']> {
  const names = createNames(installation)
  const [functions, logGroups, queues, groups, buses] = await Promise.all([
    takenFunctions(names),
    takenLogGroups(names),
    takenQueues(names),
    takenScheduleGroups(names),
    takenBus(names),
  ])
  return {
    function: functions,
    'log group': logGroups,
    queue: queues,
    'schedule group': groups,
    'event bus': buses,
  }
}

const isNotFound = ({ name }: Error): boolean => name === 'ResourceNotFoundException'
const listFunctions = (names: Names): string[] => FUNCTION_NAMES.map(names.function)

const takenFunctions = (names: Names) =>
  reading('lambda:GetFunctionConfiguration', async () => {
    const client = new LambdaClient(clientSettings())
    const found = listFunctions(names).map((FunctionName) =>
      unlessMissing(isNotFound, [], async () => {
        await client.send(new GetFunctionConfigurationCommand({ FunctionName }))
        return [FunctionName]
      }),
    )
    return (await Promise.all(found)).flat()
  })

const takenLogGroups = (names: Names) =>
  reading('logs:DescribeLogGroups', async () => {
    const client = new CloudWatchLogsClient(clientSettings())
    const logGroupNamePrefix = `/aws/lambda/${names.stack}-`
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }))
    const wanted = listFunctions(names).map((name) => `/aws/lambda/${name}`)
    return among(
      wanted,
      (logGroups ?? []).map(({ logGroupName }) => logGroupName),
    )
  })

const takenQueues = (names: Names) =>
  reading('sqs:ListQueues', async () => {
    const client = new SQSClient(clientSettings())
    const { QueueUrls } = await client.send(new ListQueuesCommand({ QueueNamePrefix: `${names.stack}-` }))
    return among(
      [names.scans, names.scanDeadLetters, names.probeDeadLetters, names.undelivered],
      (QueueUrls ?? []).map((url) => url.split('/').at(-1)),
    )
  })

const takenScheduleGroups = (names: Names) =>
  reading('scheduler:ListScheduleGroups', async () => {
    const client = new SchedulerClient(clientSettings())
    const { ScheduleGroups } = await client.send(
      new ListScheduleGroupsCommand({ NamePrefix: `${names.stack}-` }),
    )
    return among(
      [names.probeSchedules, names.clocks],
      (ScheduleGroups ?? []).map(({ Name }) => Name),
    )
  })

const takenBus = (names: Names) =>
  reading('events:DescribeEventBus', () =>
    unlessMissing(isNotFound, [], async () => {
      await new EventBridgeClient(clientSettings()).send(new DescribeEventBusCommand({ Name: names.bus }))
      return [names.bus]
    }),
  )

const among = (wanted: readonly string[], found: readonly (string | undefined)[]): string[] =>
  wanted.filter((name) => found.includes(name))
