import {
  ConflictException,
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  InternalServerException,
  ListSchedulesCommand,
  paginateListSchedules,
  ResourceNotFoundException,
  SchedulerClient,
  type ScheduleSummary,
  ThrottlingException,
  UpdateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type LocalScheduler, startScheduler } from '../../../../../infra/local/emulators/scheduler/server.ts'
import { clientFor, definition, TARGET, woundClock } from '../../../../support/scheduler-client.ts'

const NOW = '2026-11-23T16:30:00.000Z'
const MINUTE_MS = 60_000

let scheduler: LocalScheduler
let client: SchedulerClient

beforeEach(async () => {
  scheduler = await startScheduler({ clock: woundClock(NOW), groups: ['probes'], invoke: () => {} })
  client = clientFor(scheduler.endpoint)
})

afterEach(async () => {
  client.destroy()
  await scheduler.stop()
})

const fromNow = (ms: number): Date => new Date(Date.parse(NOW) + ms)
const create = (changes: Parameters<typeof definition>[0] = {}) =>
  client.send(new CreateScheduleCommand(definition(changes)))
const get = (Name = 'host-1', GroupName = 'default') =>
  client.send(new GetScheduleCommand({ Name, GroupName }))
const remove = (Name = 'host-1', GroupName = 'default') =>
  client.send(new DeleteScheduleCommand({ Name, GroupName }))
const list = (of: ConstructorParameters<typeof ListSchedulesCommand>[0] = {}) =>
  client.send(new ListSchedulesCommand(of))

describe('a schedule', () => {
  test('a schedule is given back as it was created, with what AWS fills in', async () => {
    const StartDate = fromNow(90_500)
    const created = await create({ GroupName: 'probes', StartDate, Description: 'of a host' })
    expect(created.ScheduleArn).toMatch(/^arn:aws:scheduler:.*:schedule\/probes\/host-1$/)
    expect(await get('host-1', 'probes')).toMatchObject({
      Arn: created.ScheduleArn,
      Name: 'host-1',
      GroupName: 'probes',
      Description: 'of a host',
      ScheduleExpression: 'rate(5 minutes)',
      ScheduleExpressionTimezone: 'UTC',
      StartDate,
      State: 'ENABLED',
      ActionAfterCompletion: 'NONE',
      CreationDate: new Date(NOW),
      LastModificationDate: new Date(NOW),
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { ...TARGET, RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
    })
  })

  test('a schedule is replaced by an update as a whole: what the update leaves out is reset', async () => {
    const RetryPolicy = { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 }
    await create({ StartDate: fromNow(0), State: 'DISABLED', Target: { ...TARGET, RetryPolicy } })
    await client.send(new UpdateScheduleCommand(definition({ ScheduleExpression: 'rate(6 minutes)' })))
    const updated = await get()
    expect(updated).toMatchObject({ ScheduleExpression: 'rate(6 minutes)', State: 'ENABLED' })
    expect(updated.StartDate).toBeUndefined()
    expect(updated.Target?.RetryPolicy?.MaximumRetryAttempts).toBe(185)
  })

  test('a schedule is gone once deleted, and its name free', async () => {
    await create()
    await remove()
    await expect(get()).rejects.toBeInstanceOf(ResourceNotFoundException)
    await expect(create()).resolves.toBeDefined()
  })

  test('a schedule may have the name of one in another group', async () => {
    await create()
    await create({ GroupName: 'probes' })
    await remove('host-1', 'probes')
    await expect(get()).resolves.toMatchObject({ GroupName: 'default' })
  })
})

describe('the API answers as AWS does', () => {
  test('the API answers as AWS does with ConflictException for a name that is taken', async () => {
    await create()
    await expect(create()).rejects.toBeInstanceOf(ConflictException)
  })

  test('the API answers as AWS does with ResourceNotFoundException for a schedule that is not there', async () => {
    const update = new UpdateScheduleCommand(definition())
    await expect(get()).rejects.toBeInstanceOf(ResourceNotFoundException)
    await expect(client.send(update)).rejects.toBeInstanceOf(ResourceNotFoundException)
    await expect(remove()).rejects.toBeInstanceOf(ResourceNotFoundException)
  })

  test('the API answers as AWS does with ResourceNotFoundException for a group that is not there', async () => {
    const missing = { GroupName: 'nobody' }
    await expect(create(missing)).rejects.toBeInstanceOf(ResourceNotFoundException)
    await expect(list(missing)).rejects.toBeInstanceOf(ResourceNotFoundException)
  })

  const refused = {
    'a name with a character outside 0-9A-Za-z-_.': { Name: 'host:1' },
    'a name of 65 characters': { Name: 'h'.repeat(65) },
    'seconds, which rate does not know': { ScheduleExpression: 'rate(30 seconds)' },
    'a rate of 0': { ScheduleExpression: 'rate(0 minutes)' },
    'a rate that is not whole': { ScheduleExpression: 'rate(1.5 minutes)' },
    'a rate without a unit': { ScheduleExpression: 'rate(5)' },
    'an expression with text after it': { ScheduleExpression: 'rate(5 minutes) ' },
    'no expression': { ScheduleExpression: undefined },
    'a StartDate more than five minutes ago': { StartDate: fromNow(-5 * MINUTE_MS - 1) },
    'an EndDate before the StartDate': { StartDate: fromNow(MINUTE_MS), EndDate: fromNow(0) },
    'no target': { Target: undefined },
    'a target without a role': { Target: { ...TARGET, RoleArn: undefined } },
    'a role that is none': { Target: { ...TARGET, RoleArn: TARGET.Arn } },
    'a target that is no ARN': { Target: { ...TARGET, Arn: 'probe' } },
    'an input of more than 256 KB': { Target: { ...TARGET, Input: `"${'é'.repeat(128 * 1024)}"` } },
    'an input for a function that is not JSON': { Target: { ...TARGET, Input: 'hosts' } },
    'a retry policy of less than a minute': {
      Target: { ...TARGET, RetryPolicy: { MaximumEventAgeInSeconds: 59 } },
    },
    'a retry policy of more than a day': {
      Target: { ...TARGET, RetryPolicy: { MaximumEventAgeInSeconds: 86_401 } },
    },
    'more than 185 attempts': { Target: { ...TARGET, RetryPolicy: { MaximumRetryAttempts: 186 } } },
    'a dead-letter queue that is no queue': {
      Target: { ...TARGET, DeadLetterConfig: { Arn: 'arn:aws:sns:us-east-1:000000000000:dead' } },
    },
    'no flexible time window': { FlexibleTimeWindow: undefined },
    'a flexible window without minutes': { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } },
    'a flexible window of more than a day': {
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1441 },
    },
    'minutes for a window that is off': { FlexibleTimeWindow: { Mode: 'OFF', MaximumWindowInMinutes: 5 } },
    'a state that is none': { State: 'PAUSED' },
  }

  test.each(Object.entries(refused))(
    'the API answers as AWS does with ValidationException for %s',
    async (_, changes) => {
      // Wrong on purpose, so it cannot have the type of what is right.
      const input = { ...definition(), ...changes } as ReturnType<typeof definition>
      await expect(client.send(new CreateScheduleCommand(input))).rejects.toBeInstanceOf(ValidationException)
      expect((await list()).Schedules).toEqual([])
    },
  )

  test('the API answers as AWS does with ValidationException for an update, too', async () => {
    await create()
    const update = new UpdateScheduleCommand(definition({ StartDate: fromNow(-6 * MINUTE_MS) }))
    const refusal = await client.send(update).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ValidationException)
    expect(refusal).toHaveProperty(
      'message',
      'The StartDate you specify cannot be earlier than 5 minutes ago.',
    )
  })

  test('the API answers as AWS does with a ValidationException that names every field at fault', async () => {
    const wrong = create({ Name: 'host-2', GroupName: '?', Target: { ...TARGET, RoleArn: 'role' } })
    await expect(wrong).rejects.toThrow(/^2 validation errors detected: .*'Target\.RoleArn'.*'GroupName'/)
  })

  test.each(['rate(1 minute)', 'rate(1 minutes)', 'rate(90 minutes)', 'rate(2 hours)', 'rate(1 day)'])(
    'the API answers as AWS does with no error for %s',
    async (ScheduleExpression) => {
      await expect(create({ ScheduleExpression })).resolves.toBeDefined()
    },
  )

  test('the API answers as AWS does with no error at the limits: five minutes ago, 64 characters, 256 KB, a window of a day', async () => {
    const limits = create({
      Name: 'h'.repeat(64),
      StartDate: fromNow(-5 * MINUTE_MS),
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1440 },
      Target: {
        ...TARGET,
        Input: JSON.stringify('i'.repeat(256 * 1024 - 2)),
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
      },
    })
    await expect(limits).resolves.toBeDefined()
  })
})

describe('a list', () => {
  test('a list of schedules comes in pages, each schedule on one of them, without expression, start date and input', async () => {
    const names = Array.from({ length: 25 }, (_, i) => `host-${i}`)
    for (const Name of names) await create({ Name, GroupName: 'probes', StartDate: fromNow(0) })
    await create({ Name: 'elsewhere' })
    const pages: ScheduleSummary[][] = []
    for await (const page of paginateListSchedules({ client, pageSize: 10 }, { GroupName: 'probes' })) {
      pages.push(page.Schedules ?? [])
    }
    expect(pages.map(({ length }) => length)).toEqual([10, 10, 5])
    expect(pages.flat()).toEqual(
      names.map((Name) => ({
        Arn: expect.stringContaining(`:schedule/probes/${Name}`),
        Name,
        GroupName: 'probes',
        State: 'ENABLED',
        CreationDate: new Date(NOW),
        LastModificationDate: new Date(NOW),
        Target: { Arn: TARGET.Arn },
      })),
    )
  })

  test('a list of schedules leaves nothing out when schedules are deleted between its pages', async () => {
    for (const n of [1, 2, 3, 4]) await create({ Name: `host-${n}` })
    const { NextToken } = await list({ MaxResults: 2 })
    await remove('host-1')
    await remove('host-2')
    const second = await list({ MaxResults: 2, NextToken })
    expect(second.Schedules?.map(({ Name }) => Name)).toEqual(['host-3', 'host-4'])
    expect(second.NextToken).toBeUndefined()
  })

  test('a list of schedules is narrowed by state and by the beginning of the name', async () => {
    await create({ Name: 'a-1' })
    await create({ Name: 'a-2', State: 'DISABLED' })
    await create({ Name: 'b-1' })
    const names = async (by: Parameters<typeof list>[0]) =>
      (await list(by)).Schedules?.map(({ Name }) => Name)
    expect(await names({ NamePrefix: 'a-' })).toEqual(['a-1', 'a-2'])
    expect(await names({ State: 'DISABLED' })).toEqual(['a-2'])
  })

  test.each([{ MaxResults: 0 }, { MaxResults: 101 }, { NextToken: 'elsewhere' }])(
    'a list of schedules is refused for %o',
    async (input) => {
      await expect(list(input)).rejects.toBeInstanceOf(ValidationException)
    },
  )
})

describe('a group', () => {
  test('a group takes its schedules with it when it is deleted, and no others', async () => {
    await client.send(new CreateScheduleGroupCommand({ Name: 'staging' }))
    await create({ GroupName: 'staging' })
    await create()
    await client.send(new DeleteScheduleGroupCommand({ Name: 'staging' }))
    await client.send(new CreateScheduleGroupCommand({ Name: 'staging' }))
    await expect(get('host-1', 'staging')).rejects.toBeInstanceOf(ResourceNotFoundException)
    await expect(get()).resolves.toBeDefined()
  })

  test('a group is there once, and only if it was made', async () => {
    const group = await client.send(new GetScheduleGroupCommand({ Name: 'probes' }))
    expect(group).toMatchObject({ Name: 'probes', State: 'ACTIVE', CreationDate: new Date(NOW) })
    const again = new CreateScheduleGroupCommand({ Name: 'probes' })
    await expect(client.send(again)).rejects.toBeInstanceOf(ConflictException)
    const other = new GetScheduleGroupCommand({ Name: 'nobody' })
    await expect(client.send(other)).rejects.toBeInstanceOf(ResourceNotFoundException)
  })

  test('a group called default is always there', async () => {
    const deletion = new DeleteScheduleGroupCommand({ Name: 'default' })
    await expect(client.send(deletion)).rejects.toBeInstanceOf(ValidationException)
  })
})

describe('faults and calls, for tests of what calls the API', () => {
  test.each([
    ['ThrottlingException', ThrottlingException],
    ['ConflictException', ConflictException],
    ['InternalServerException', InternalServerException],
  ] as const)(
    'a planned fault %s is answered as often as asked for, and nothing done',
    async (kind, errorClass) => {
      scheduler.faults.next(kind, 2)
      await expect(create()).rejects.toBeInstanceOf(errorClass)
      await expect(create()).rejects.toBeInstanceOf(errorClass)
      await expect(create()).resolves.toBeDefined()
      expect(scheduler.calls).toEqual([
        { operation: 'CreateSchedule', name: 'host-1', answer: kind },
        { operation: 'CreateSchedule', name: 'host-1', answer: kind },
        { operation: 'CreateSchedule', name: 'host-1', answer: 'ok' },
      ])
    },
  )

  test('a planned fault may be meant for one operation', async () => {
    scheduler.faults.next('ThrottlingException', 1, 'DeleteSchedule')
    await create()
    await expect(remove()).rejects.toBeInstanceOf(ThrottlingException)
  })

  test('a dropped request did nothing, a dropped answer did everything', async () => {
    scheduler.faults.next('drop_request')
    await expect(create()).rejects.toThrow()
    await expect(get()).rejects.toBeInstanceOf(ResourceNotFoundException)
    scheduler.faults.next('drop_answer')
    await expect(create()).rejects.toThrow()
    await expect(get()).resolves.toBeDefined()
    const answers = scheduler.calls.map(({ answer }) => answer)
    expect(answers).toEqual(['drop_request', 'ResourceNotFoundException', 'drop_answer', 'ok'])
  })

  test('the client of the SDK tries again on its own after throttling', async () => {
    const patient = clientFor(scheduler.endpoint, 3)
    scheduler.faults.next('ThrottlingException', 2)
    await patient.send(new CreateScheduleCommand(definition()))
    expect(scheduler.calls).toHaveLength(3)
    patient.destroy()
  })
})

test('a client without an endpoint of its own finds it by AWS_ENDPOINT_URL_SCHEDULER', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_SCHEDULER', scheduler.endpoint)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const plain = new SchedulerClient({ region: 'us-east-1', credentials })
  await plain.send(new CreateScheduleCommand(definition())).finally(() => vi.unstubAllEnvs())
  plain.destroy()
  expect(scheduler.calls).toHaveLength(1)
})
