import type { SchedulerClient } from '@aws-sdk/client-scheduler'
import { vi } from 'vitest'
import { createClock } from '../../../infra/local/clock.ts'
import {
  type Delivery,
  type LocalScheduler,
  startScheduler,
} from '../../../infra/local/emulators/scheduler/server.ts'
import { createSchedulerClient, type ScheduleTarget } from '../../../shared/aws/scheduler.ts'

export const TARGET: ScheduleTarget = {
  groupName: 'test-probes',
  functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:test-probe',
  roleArn: 'arn:aws:iam::000000000000:role/test-scheduler',
  deadLetterQueueArn: 'arn:aws:sqs:eu-central-1:000000000000:test-dead-letters',
}

export type SchedulerOnLoopback = LocalScheduler &
  AsyncDisposable & {
    readonly client: SchedulerClient
    readonly deliveries: Delivery[]
    readonly now: () => Date
  }

/** A local Scheduler with the group of the target, and the client that production has, told of it as in production. */
export async function schedulerOnLoopback({ speed = 1 } = {}): Promise<SchedulerOnLoopback> {
  const clock = createClock({ speed })
  const deliveries: Delivery[] = []
  const local = await startScheduler({
    clock,
    groups: [TARGET.groupName],
    invoke: () => {},
    deliver: (delivery) => void deliveries.push(delivery),
  })
  vi.stubEnv('AWS_ENDPOINT_URL_SCHEDULER', local.endpoint)
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  const client = createSchedulerClient()
  return {
    ...local,
    client,
    deliveries,
    now: clock.now,
    [Symbol.asyncDispose]: async () => {
      client.destroy()
      await local.stop()
      vi.unstubAllEnvs()
    },
  }
}
