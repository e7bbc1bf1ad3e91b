import { GetScheduleCommand } from '@aws-sdk/client-scheduler'
import { describe, expect, it } from 'vitest'
import { scheduleGroup } from '../../shared/aws/scheduler.ts'
import { parseHostId } from '../../shared/domain/ids.ts'
import type { ScheduleSpec } from '../../shared/domain/schedules.ts'
import { schedulerOnLoopback, TARGET } from '../support/servers/scheduler-on-loopback.ts'

const SPEC: ScheduleSpec = {
  name: 'b-5m-0-0',
  periodMinutes: 5,
  phaseMs: 61_500,
  hostIds: ['11111111-2222-3333-4444-555555555555', '22222222-2222-3333-4444-555555555555'].map(parseHostId),
}
const { signal } = new AbortController()
const START_AT_MS = Date.UTC(2099, 0, 1, 10, 1, 1, 500)
const fresh = { startAtMs: START_AT_MS, exists: false, signal }
const known = { startAtMs: START_AT_MS, exists: true, signal }

describe('putting a schedule', () => {
  it('putting a schedule makes one that has all that a probe needs, and nothing that AWS chooses by default', async () => {
    await using local = await schedulerOnLoopback()
    expect(await scheduleGroup(local.client, TARGET).put(SPEC, fresh)).toBe('done')
    const made = await local.client.send(
      new GetScheduleCommand({ Name: SPEC.name, GroupName: TARGET.groupName }),
    )
    expect(made).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      StartDate: new Date(START_AT_MS),
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: TARGET.functionArn,
        RoleArn: TARGET.roleArn,
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 3 },
        DeadLetterConfig: { Arn: TARGET.deadLetterQueueArn },
      },
    })
    expect(made.EndDate).toBeUndefined()
    expect(JSON.parse(made.Target?.Input ?? '')).toEqual({
      hostIds: SPEC.hostIds,
      scheduledTime: '<aws.scheduler.scheduled-time>',
      cause: 'schedule',
    })
  })

  it('a schedule of one minute has a rate that AWS can read', async () => {
    await using local = await schedulerOnLoopback()
    expect(await scheduleGroup(local.client, TARGET).put({ ...SPEC, periodMinutes: 1 }, fresh)).toBe('done')
  })

  it('putting a schedule that is there already, although unknown, replaces it', async () => {
    await using local = await schedulerOnLoopback()
    const group = scheduleGroup(local.client, TARGET)
    await group.put(SPEC, fresh)
    expect(await group.put({ ...SPEC, periodMinutes: 6 }, fresh)).toBe('done')
    expect(local.calls.map(({ operation, answer }) => `${operation} ${answer}`)).toEqual([
      'CreateSchedule ok',
      'CreateSchedule ConflictException',
      'UpdateSchedule ok',
    ])
    const made = await local.client.send(
      new GetScheduleCommand({ Name: SPEC.name, GroupName: TARGET.groupName }),
    )
    expect(made.ScheduleExpression).toBe('rate(6 minutes)')
  })

  it('putting a schedule that is gone, although known, makes it anew', async () => {
    await using local = await schedulerOnLoopback()
    expect(await scheduleGroup(local.client, TARGET).put(SPEC, known)).toBe('done')
    expect(local.calls.map(({ operation, answer }) => `${operation} ${answer}`)).toEqual([
      'UpdateSchedule ResourceNotFoundException',
      'CreateSchedule ok',
    ])
  })

  it('a put whose answer is lost after all was done counts as done', async () => {
    await using local = await schedulerOnLoopback()
    local.faults.next('drop_answer', 1, 'CreateSchedule')
    expect(await scheduleGroup(local.client, TARGET).put(SPEC, fresh)).toBe('done')
    expect(local.calls.at(-1)).toMatchObject({ operation: 'UpdateSchedule', answer: 'ok' })
  })

  it('a put that is throttled once is tried again', async () => {
    await using local = await schedulerOnLoopback()
    local.faults.next('ThrottlingException')
    expect(await scheduleGroup(local.client, TARGET).put(SPEC, fresh)).toBe('done')
    expect(local.calls).toHaveLength(2)
  })

  it('a put that stays throttled is given up after three attempts, without a fault', async () => {
    await using local = await schedulerOnLoopback()
    local.faults.next('ThrottlingException', 10)
    expect(await scheduleGroup(local.client, TARGET).put(SPEC, fresh)).toBe('throttled')
    expect(local.calls).toHaveLength(3)
  })

  it('putting a schedule that somebody else is changing is a conflict', async () => {
    await using local = await schedulerOnLoopback()
    const group = scheduleGroup(local.client, TARGET)
    await group.put(SPEC, fresh)
    local.faults.next('ConflictException', 1, 'UpdateSchedule')
    expect(await group.put(SPEC, known)).toBe('conflict')
    local.faults.next('ConflictException', 1, 'UpdateSchedule')
    expect(await group.put(SPEC, fresh)).toBe('conflict')
  })

  it('putting a schedule is out of time once its signal aborts', async () => {
    await using local = await schedulerOnLoopback()
    const aborted = { ...fresh, signal: AbortSignal.abort() }
    expect(await scheduleGroup(local.client, TARGET).put(SPEC, aborted)).toBe('out_of_time')
  })

  it.each(['known', 'unknown'])(
    'putting a schedule that is %s, in a group that does not exist, is a fault',
    async (which) => {
      await using local = await schedulerOnLoopback()
      const nowhere = scheduleGroup(local.client, { ...TARGET, groupName: 'elsewhere' })
      await expect(nowhere.put(SPEC, which === 'known' ? known : fresh)).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      })
    },
  )

  it('a put that AWS refuses for good is a fault', async () => {
    await using local = await schedulerOnLoopback()
    local.faults.next('ServiceQuotaExceededException')
    await expect(scheduleGroup(local.client, TARGET).put(SPEC, fresh)).rejects.toMatchObject({
      name: 'ServiceQuotaExceededException',
    })
  })
})

describe('removing a schedule', () => {
  it('removing a schedule is done when it is gone, and when it was gone before', async () => {
    await using local = await schedulerOnLoopback()
    const group = scheduleGroup(local.client, TARGET)
    await group.put(SPEC, fresh)
    expect(await group.remove(SPEC.name, { signal })).toBe('done')
    expect(await group.remove(SPEC.name, { signal })).toBe('done')
    expect(await group.listPage(undefined, { signal })).toEqual({ names: [], nextToken: undefined })
  })

  it('removing a schedule is a conflict while somebody else changes it, and out of time once its signal aborts', async () => {
    await using local = await schedulerOnLoopback()
    const group = scheduleGroup(local.client, TARGET)
    await group.put(SPEC, fresh)
    local.faults.next('ConflictException', 1, 'DeleteSchedule')
    expect(await group.remove(SPEC.name, { signal })).toBe('conflict')
    expect(await group.remove(SPEC.name, { signal: AbortSignal.abort() })).toBe('out_of_time')
    expect(await group.listPage(undefined, { signal })).toMatchObject({ names: [SPEC.name] })
  })
})

describe('listing the schedules', () => {
  it('listing the schedules names all of the group, a page of a hundred at a time', async () => {
    await using local = await schedulerOnLoopback()
    const group = scheduleGroup(local.client, TARGET)
    const names = Array.from({ length: 230 }, (_, i) => `b-5m-8-${i.toString(16)}`)
    await Promise.all(names.map((name) => group.put({ ...SPEC, name }, fresh)))
    const sizes: number[] = []
    const listed: string[] = []
    let token: string | undefined
    do {
      const page = await group.listPage(token, { signal })
      if (typeof page === 'string') throw new Error(page)
      sizes.push(page.names.length)
      listed.push(...page.names)
      token = page.nextToken
    } while (token !== undefined)
    expect(sizes).toEqual([100, 100, 30])
    expect(listed.sort()).toEqual(names.sort())
  })
})

describe('what all schedules share', () => {
  it.each(['groupName', 'functionArn', 'roleArn', 'deadLetterQueueArn'] as const)(
    'what all schedules share is another thing when the %s is another',
    async (field) => {
      await using local = await schedulerOnLoopback()
      const { settings } = scheduleGroup(local.client, TARGET)
      expect(scheduleGroup(local.client, TARGET).settings).toBe(settings)
      expect(scheduleGroup(local.client, { ...TARGET, [field]: 'other' }).settings).not.toBe(settings)
    },
  )
})
