import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import { type ProbeRequest, SCHEDULED_TIME_PLACEHOLDER } from '../contracts/probe-request.ts'
import { fnv1a64 } from '../domain/hash.ts'
import type { ScheduleSpec } from '../domain/schedules.ts'
import { BOUNDED_CALLS } from './client-settings.ts'

/** What all schedules of a stage share. */
export type ScheduleTarget = {
  readonly groupName: string
  /** The probe function. */
  readonly functionArn: string
  /** What Scheduler assumes to invoke it. */
  readonly roleArn: string
  /** Where an event goes that could not be handed over. */
  readonly deadLetterQueueArn: string
}

/** Why a call was not made, or had no effect, through nobody's fault. */
export type NotNow = 'throttled' | 'conflict' | 'out_of_time'

type CallOptions = { readonly signal: AbortSignal }

export type ScheduleGroup = {
  /** Stands for all of a schedule that is not in its spec. */
  readonly settings: string
  readonly put: (
    spec: ScheduleSpec,
    options: CallOptions & { readonly startAtMs: number; readonly exists: boolean },
  ) => Promise<'done' | NotNow>
  readonly remove: (name: string, options: CallOptions) => Promise<'done' | NotNow>
  readonly listPage: (
    token: string | undefined,
    options: CallOptions,
  ) => Promise<{ readonly names: string[]; readonly nextToken: string | undefined } | NotNow>
}

/** A probe that is late is worth nothing: one try to hand it over, and none older than the least AWS allows. */
const RETRY_POLICY = { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 }
/** The most that one page can have. */
const NAMES_PER_PAGE = 100

/** A client whose calls end: the SDK's own has no timeout. Region, credentials and endpoint come from its environment. */
export const createSchedulerClient = (): SchedulerClient => new SchedulerClient(BOUNDED_CALLS)

/** The schedules of one group in EventBridge Scheduler. Whatever AWS refuses for good is thrown. */
export function scheduleGroup(client: SchedulerClient, target: ScheduleTarget): ScheduleGroup {
  return {
    settings: settingsOf(target),
    put: (spec, { startAtMs, exists, signal }) => {
      const schedule = { ...definition(spec, target), StartDate: new Date(startAtMs) }
      const create: Call = (options) => client.send(new CreateScheduleCommand(schedule), options)
      const update: Call = (options) => client.send(new UpdateScheduleCommand(schedule), options)
      return exists
        ? callEither(update, 'ResourceNotFoundException', create, signal)
        : callEither(create, 'ConflictException', update, signal)
    },
    remove: async (name, { signal }) => {
      const command = new DeleteScheduleCommand({ Name: name, GroupName: target.groupName })
      try {
        await client.send(command, { abortSignal: signal })
      } catch (error) {
        if (!isNamed(error, 'ResourceNotFoundException')) return whyNotNow(error, signal)
      }
      return 'done'
    },
    listPage: async (token, { signal }) => {
      const page = { GroupName: target.groupName, MaxResults: NAMES_PER_PAGE, NextToken: token }
      try {
        const { Schedules = [], NextToken } = await client.send(new ListSchedulesCommand(page), {
          abortSignal: signal,
        })
        return { names: Schedules.flatMap(({ Name }) => Name ?? []), nextToken: NextToken }
      } catch (error) {
        return whyNotNow(error, signal)
      }
    },
  }
}

type Call = (options: { readonly abortSignal: AbortSignal }) => Promise<unknown>

/** The second call where the first one finds that what was believed is wrong. */
async function callEither(
  first: Call,
  unless: string,
  second: Call,
  signal: AbortSignal,
): Promise<'done' | NotNow> {
  try {
    await first({ abortSignal: signal })
    return 'done'
  } catch (error) {
    if (!isNamed(error, unless)) return whyNotNow(error, signal)
  }
  try {
    await second({ abortSignal: signal })
    return 'done'
  } catch (error) {
    return whyNotNow(error, signal)
  }
}

/** A conflict that is left by then means that the schedule is being changed by somebody else just now. */
function whyNotNow(error: unknown, signal: AbortSignal): NotNow {
  if (signal.aborted) return 'out_of_time'
  if (isNamed(error, 'ThrottlingException')) return 'throttled'
  if (isNamed(error, 'ConflictException')) return 'conflict'
  throw error
}

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name

/** All of a schedule but its first date, which is another on each write. An update replaces what it leaves out. */
function definition(spec: ScheduleSpec, target: ScheduleTarget): CreateScheduleCommandInput {
  return {
    Name: spec.name,
    GroupName: target.groupName,
    State: 'ENABLED',
    ScheduleExpression: spec.periodMinutes === 1 ? 'rate(1 minute)' : `rate(${spec.periodMinutes} minutes)`,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: target.functionArn,
      RoleArn: target.roleArn,
      Input: JSON.stringify({
        hostIds: spec.hostIds,
        scheduledTime: SCHEDULED_TIME_PLACEHOLDER,
        cause: 'schedule',
      } satisfies Record<keyof ProbeRequest, unknown>),
      RetryPolicy: RETRY_POLICY,
      DeadLetterConfig: { Arn: target.deadLetterQueueArn },
    },
  }
}

/** Hashed from a definition itself, so that nothing that is in one can be forgotten. */
function settingsOf(target: ScheduleTarget): string {
  const blank = definition({ name: '', periodMinutes: 1, phaseMs: 0, hostIds: [] }, target)
  return fnv1a64(new TextEncoder().encode(JSON.stringify(blank))).toString(16)
}
