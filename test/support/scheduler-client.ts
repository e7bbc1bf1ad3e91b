import { type CreateScheduleCommandInput, SchedulerClient } from '@aws-sdk/client-scheduler'
import type { Clock } from '../../infra/local/clock.ts'

/** A clock that stands still until it is moved on. */
export type WoundClock = Clock & { advance(ms: number): void }

export function woundClock(startAt: string): WoundClock {
  let nowMs = Date.parse(startAt)
  return {
    now: () => new Date(nowMs),
    // Soon, whatever it is: whoever waits looks at the clock again then.
    realMs: (fleetMs) => Math.min(fleetMs, 1),
    advance: (ms) => {
      nowMs += ms
    },
  }
}

/** The real client, as the product makes it, but for its patience: an error is seen at once. */
export function clientFor(endpoint: string, maxAttempts = 1): SchedulerClient {
  return new SchedulerClient({
    endpoint,
    maxAttempts,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
}

export const PROBE_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:probe'

export const TARGET = {
  Arn: PROBE_ARN,
  RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
  Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
}

/** A schedule that AWS takes, changed as said. */
export function definition(changes: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput {
  return {
    Name: 'host-1',
    ScheduleExpression: 'rate(5 minutes)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: TARGET,
    ...changes,
  }
}
