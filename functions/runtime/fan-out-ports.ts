import * as z from 'zod'
import { createSchedulerClient, type ScheduleGroup, scheduleGroup } from '../../shared/aws/scheduler.ts'
import type { Tx } from '../../shared/db/client.ts'
import { readFleet } from '../../shared/db/fleet-snapshot.ts'
import { forgetSchedules, markSchedulesPending, rememberSchedules } from '../../shared/db/probe-schedules.ts'
import type { FleetSnapshot } from '../../shared/domain/fleet-snapshot.ts'
import { type AloneDeps, OVERLAP_ENVIRONMENT } from './alone.ts'
import { parseEnvironment } from './config.ts'
import { depsFromEnvironment } from './deps.ts'

export type FanOutDeps = AloneDeps & { readonly schedules: ScheduleGroup }

const FAN_OUT_ENVIRONMENT = {
  SCHEDULE_GROUP: z.string().min(1),
  PROBE_FUNCTION_ARN: z.string().min(1),
  /** The role that Scheduler assumes to invoke the probe function. */
  SCHEDULE_ROLE_ARN: z.string().min(1),
  DEAD_LETTER_QUEUE_ARN: z.string().min(1),
  ...OVERLAP_ENVIRONMENT,
}

/**
 * Reads the environment variables of the fan-out function.
 *
 * @throws ConfigurationError naming every variable that is missing or wrong.
 */
export function fanOutDepsFromEnvironment(env: NodeJS.ProcessEnv): FanOutDeps {
  const config = parseEnvironment(env, FAN_OUT_ENVIRONMENT)
  const target = {
    groupName: config.SCHEDULE_GROUP,
    functionArn: config.PROBE_FUNCTION_ARN,
    roleArn: config.SCHEDULE_ROLE_ARN,
    deadLetterQueueArn: config.DEAD_LETTER_QUEUE_ARN,
  }
  return {
    ...depsFromEnvironment(env, 'fan-out'),
    schedules: scheduleGroup(createSchedulerClient(), target),
    mayOverlap: config.MAY_OVERLAP === 'yes',
  }
}

/** The real ports of one run of the fan-out: its statements, each in a transaction of its own, and Scheduler. */
export function fanOutPorts({ database, schedules, now }: FanOutDeps, deadline: AbortSignal) {
  const { transaction } = database.until(deadline)
  const write = (statement: (tx: Tx) => Promise<void>): Promise<void> => transaction('write', statement)
  return {
    ...schedules,
    now,
    readFleet: (): Promise<FleetSnapshot> => transaction('snapshot', (tx) => readFleet(tx, now())),
    markPending: (names: readonly string[]) => write((tx) => markSchedulesPending(tx, names)),
    remember: (applied: Parameters<typeof rememberSchedules>[1]) =>
      write((tx) => rememberSchedules(tx, applied)),
    forget: (names: readonly string[]) => write((tx) => forgetSchedules(tx, names)),
  }
}
