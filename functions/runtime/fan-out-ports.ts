import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'
import { createLambdaClient, type InvokeLater, invokeFunctionLater } from '../../shared/aws/functions.ts'
import { createSchedulerClient, type ScheduleGroup, scheduleGroup } from '../../shared/aws/scheduler.ts'
import type { Tx } from '../../shared/db/client.ts'
import { readFleet } from '../../shared/db/fleet-snapshot.ts'
import { forgetSchedules, markSchedulesPending, rememberSchedules } from '../../shared/db/probe-schedules.ts'
import type { FleetSnapshot } from '../../shared/domain/fleet-snapshot.ts'
import { type AloneDeps, OVERLAP_ENVIRONMENT } from './alone.ts'
import { parseEnvironment } from './config.ts'
import { depsFromEnvironment } from './deps.ts'
import { watchPorts } from './watch-ports.ts'

export type FanOutDeps = AloneDeps & {
  readonly schedules: ScheduleGroup
  /** Whether a run waits to look at the fleet a second time: yes unless it is given. */
  readonly looksAgain?: boolean
  /** Has the probe function probe hosts out of turn. */
  readonly invokeProbe: InvokeLater
  /** Waits for so long, in ms of the time that `now` gives. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
}

const FAN_OUT_ENVIRONMENT = {
  SCHEDULE_GROUP: z.string().min(1),
  PROBE_FUNCTION_ARN: z.string().min(1),
  /** The role that Scheduler assumes to invoke the probe function. */
  SCHEDULE_ROLE_ARN: z.string().min(1),
  DEAD_LETTER_QUEUE_ARN: z.string().min(1),
  ...OVERLAP_ENVIRONMENT,
  LOOKS_AGAIN: z.enum(['yes', 'no']).default('yes'),
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
    looksAgain: config.LOOKS_AGAIN === 'yes',
    invokeProbe: invokeFunctionLater(createLambdaClient(), config.PROBE_FUNCTION_ARN),
    pause: (ms, signal) => pause(ms, undefined, { signal }),
  }
}

/** The real ports of one run of the fan-out: its statements, Scheduler, and the probe function. */
export function fanOutPorts(deps: FanOutDeps, correlationId: string, deadline: AbortSignal) {
  const { database, schedules, invokeProbe, now } = deps
  const { transaction } = database.until(deadline)
  const write = (statement: (tx: Tx) => Promise<void>): Promise<void> => transaction('write', statement)
  return {
    ...schedules,
    ...watchPorts(deps, correlationId, deadline),
    now,
    invokeProbe,
    waitUntil: (at: Date, signal: AbortSignal): Promise<void> =>
      deps.pause(Math.max(0, at.getTime() - now().getTime()), signal),
    readFleet: (): Promise<FleetSnapshot> => transaction('snapshot', (tx) => readFleet(tx, now())),
    markPending: (names: readonly string[]) => write((tx) => markSchedulesPending(tx, names)),
    remember: (applied: Parameters<typeof rememberSchedules>[1]) =>
      write((tx) => rememberSchedules(tx, applied)),
    forget: (names: readonly string[]) => write((tx) => forgetSchedules(tx, names)),
  }
}
