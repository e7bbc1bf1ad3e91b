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
import type { CallOutcome, NotNow, SchedulePage, ScheduleSpec } from '../domain/schedules.ts'
import { BOUNDED_CALLS } from './client-settings.ts'

/** What all schedules of a stage have in common. */
export type ScheduleTarget = {
  readonly groupName: string
  /** The probe function: it is what a schedule invokes. */
  readonly functionArn: string
  /** The role that Scheduler assumes to invoke the probe function. */
  readonly roleArn: string
  /** Where Scheduler sends an event that it could not hand over to the probe function. */
  readonly deadLetterQueueArn: string
}

type CallOptions = { readonly signal: AbortSignal }

export type ScheduleGroup = {
  /** A hash of everything in a schedule that is not in its spec. */
  readonly settings: string
  readonly put: (
    spec: ScheduleSpec,
    options: CallOptions & { readonly startAtMs: number; readonly exists: boolean },
  ) => Promise<CallOutcome>
  readonly remove: (name: string, options: CallOptions) => Promise<CallOutcome>
  readonly listPage: (token: string | undefined, options: CallOptions) => Promise<SchedulePage | NotNow>
}

/**
 * A probe that is late is worth nothing, so an event lives for 60 s, the least that AWS allows. Within them a single
 * refusal of Lambda's loses no probe; one that is delivered twice is recognised by its scheduled time.
 */
const RETRY_POLICY = { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 3 }
/** AWS: ListSchedules returns at most 100 schedules per page. */
const NAMES_PER_PAGE = 100

/**
 * A client whose calls time out: the SDK's default has no timeout. Region, credentials and endpoint come from
 * the environment.
 */
export const createSchedulerClient = (): SchedulerClient => new SchedulerClient(BOUNDED_CALLS)

/** The schedules of one group in EventBridge Scheduler. A call that AWS refuses for good throws the SDK's error. */
export function scheduleGroup(client: SchedulerClient, target: ScheduleTarget): ScheduleGroup {
  return {
    settings: hashSettings(target),
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

/** Makes the first call, and the second one where the first fails with the error that is named `unless`. */
async function callEither(
  first: Call,
  unless: string,
  second: Call,
  signal: AbortSignal,
): Promise<CallOutcome> {
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

/** A conflict after both calls means that somebody else is changing the schedule at this moment. */
function whyNotNow(error: unknown, signal: AbortSignal): NotNow {
  if (signal.aborted) return 'out_of_time'
  if (isNamed(error, 'ThrottlingException')) return 'throttled'
  if (isNamed(error, 'ConflictException')) return 'conflict'
  throw error
}

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name

/**
 * All of a schedule except its start date, which differs in each write. An update resets every property that it
 * leaves out, so create and update send the same.
 */
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
      } satisfies Record<Exclude<keyof ProbeRequest, 'witnessIds'>, unknown>),
      RetryPolicy: RETRY_POLICY,
      DeadLetterConfig: { Arn: target.deadLetterQueueArn },
    },
  }
}

/** Hashes a whole definition with an empty spec, so that no property can be forgotten here. */
function hashSettings(target: ScheduleTarget): string {
  const blank = definition({ name: '', periodMinutes: 1, phaseMs: 0, hostIds: [] }, target)
  return fnv1a64(new TextEncoder().encode(JSON.stringify(blank))).toString(16)
}
