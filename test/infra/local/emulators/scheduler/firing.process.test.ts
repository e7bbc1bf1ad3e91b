import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  type SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type Delivery,
  type LocalScheduler,
  type SchedulerOptions,
  startScheduler,
} from '../../../../../infra/local/emulators/scheduler/server.ts'
import {
  clientFor,
  definition,
  PROBE_ARN,
  TARGET,
  type WoundClock,
  woundClock,
} from '../../../../support/scheduler-client.ts'

const MINUTE_MS = 60_000
const at = (time: string): Date => new Date(`2026-11-23T${time}Z`)

let clock: WoundClock
let scheduler: LocalScheduler
let client: SchedulerClient
/** What was invoked: schedule and nominal time of day. */
let fired: string[]

beforeEach(async () => {
  clock = woundClock('2026-11-23T16:30:00.000Z')
  fired = []
  await start()
})

afterEach(stop)

async function start(options: Partial<SchedulerOptions> = {}): Promise<void> {
  scheduler = await startScheduler({
    clock,
    invoke: (_, payload) => {
      const { name, time } = payload as { name: string; time: string }
      fired.push(`${name} ${time.replace(/^2026-11-23T(.*)Z$/, '$1')}`)
    },
    ...options,
  })
  client = clientFor(scheduler.endpoint)
}

async function stop(): Promise<void> {
  client.destroy()
  await scheduler.stop()
}

/** A schedule whose payload says which it was, and for when. */
function timed(Name: string, changes: Parameters<typeof definition>[0] = {}) {
  const Input = JSON.stringify({ name: Name, time: '<aws.scheduler.scheduled-time>' })
  return definition({ Name, Target: { ...TARGET, Input }, ...changes })
}

const create = (...of: Parameters<typeof timed>) => client.send(new CreateScheduleCommand(timed(...of)))
const update = (...of: Parameters<typeof timed>) => client.send(new UpdateScheduleCommand(timed(...of)))

/** What fired so far: all that is due has, once a marker that is due last has. */
async function settled(): Promise<string[]> {
  const marker = `marker-${clock.now().getTime()}`
  await create(marker, { ScheduleExpression: 'rate(300 days)' })
  await vi.waitFor(() => expect(fired.some((each) => each.startsWith(marker))).toBe(true))
  return fired.filter((each) => !each.startsWith('marker'))
}

describe('a rate schedule fires', () => {
  test('a rate schedule fires at its StartDate first, and every period after it', async () => {
    await create('a', { StartDate: at('16:32:30') })
    clock.advance(2 * MINUTE_MS)
    expect(await settled()).toEqual([])
    clock.advance(MINUTE_MS)
    expect(await settled()).toEqual(['a 16:32:30'])
    clock.advance(4 * MINUTE_MS)
    expect(await settled()).toEqual(['a 16:32:30'])
    clock.advance(MINUTE_MS)
    expect(await settled()).toEqual(['a 16:32:30', 'a 16:37:30'])
  })

  test('a rate schedule fires when it is created, where it has no StartDate', async () => {
    clock.advance(1234)
    await create('a')
    expect(await settled()).toEqual(['a 16:30:01'])
    clock.advance(5 * MINUTE_MS)
    expect(await settled()).toEqual(['a 16:30:01', 'a 16:35:01'])
  })

  test('a rate schedule fires in the order in which schedules are due', async () => {
    const starts = ['16:31:07', '16:31:03', '16:31:09', '16:31:01', '16:31:05', '16:31:08', '16:31:02']
    for (const [i, start] of starts.entries()) await create(`host-${i}`, { StartDate: at(start) })
    clock.advance(MINUTE_MS + 10_000)
    const times = (await settled()).map((each) => each.slice(-8))
    expect(times).toEqual(starts.toSorted())
  })

  test('a rate schedule fires once for the latest occurrence, not for each that was missed while the process stood still', async () => {
    await create('a', { StartDate: at('16:31:00') })
    clock.advance(60 * MINUTE_MS)
    expect(await settled()).toEqual(['a 17:26:00'])
    clock.advance(MINUTE_MS)
    expect(await settled()).toEqual(['a 17:26:00', 'a 17:31:00'])
  })

  test('a rate schedule fires by its new definition once it is updated', async () => {
    await create('a', { StartDate: at('16:32:00') })
    await update('a', { StartDate: at('16:33:00'), ScheduleExpression: 'rate(1 minute)' })
    clock.advance(2 * MINUTE_MS)
    expect(await settled()).toEqual([])
    clock.advance(MINUTE_MS)
    expect(await settled()).toEqual(['a 16:33:00'])
    clock.advance(MINUTE_MS)
    expect(await settled()).toEqual(['a 16:33:00', 'a 16:34:00'])
  })

  test('a rate schedule fires not while it is disabled', async () => {
    await create('a', { StartDate: at('16:31:00'), State: 'DISABLED' })
    await create('b', { StartDate: at('16:31:00') })
    await update('b', { StartDate: at('16:31:00'), State: 'DISABLED' })
    clock.advance(10 * MINUTE_MS)
    expect(await settled()).toEqual([])
    await update('a', { StartDate: at('16:41:00') })
    clock.advance(MINUTE_MS)
    expect(await settled()).toEqual(['a 16:41:00'])
  })

  test('a rate schedule fires no more once it is deleted, also when one of the same name is made', async () => {
    await create('a', { StartDate: at('16:31:00') })
    await client.send(new DeleteScheduleCommand({ Name: 'a' }))
    await create('a', { StartDate: at('16:34:00') })
    clock.advance(2 * MINUTE_MS)
    expect(await settled()).toEqual([])
    clock.advance(2 * MINUTE_MS)
    expect(await settled()).toEqual(['a 16:34:00'])
  })

  test('a rate schedule fires no more after its EndDate', async () => {
    await create('a', { StartDate: at('16:31:00'), EndDate: at('16:33:00') })
    clock.advance(MINUTE_MS)
    expect(await settled()).toEqual(['a 16:31:00'])
    clock.advance(5 * MINUTE_MS)
    expect(await settled()).toEqual(['a 16:31:00'])
  })
})

describe('what is handed over', () => {
  test('the event that a schedule hands over is the Input, parsed, with the context attributes filled in', async () => {
    await stop()
    const invoke = vi.fn()
    await start({ invoke })
    const Input = JSON.stringify({
      hostIds: ['one'],
      time: '<aws.scheduler.scheduled-time>',
      arn: '<aws.scheduler.schedule-arn>',
      execution: '<aws.scheduler.execution-id>',
      attempt: '<aws.scheduler.attempt-number>',
      other: '<aws.scheduler.unheard-of>',
    })
    await client.send(new CreateScheduleCommand(definition({ Target: { ...TARGET, Input } })))
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledOnce())
    expect(invoke).toHaveBeenCalledWith(PROBE_ARN, {
      hostIds: ['one'],
      time: '2026-11-23T16:30:00Z',
      arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/host-1',
      execution: expect.stringMatching(/^[0-9a-f-]{36}$/),
      attempt: '1',
      other: '<aws.scheduler.unheard-of>',
    })
  })

  test('the event that a schedule hands over is one of its own where there is no Input', async () => {
    await stop()
    const invoke = vi.fn()
    await start({ invoke })
    const { Input, ...target } = TARGET
    await client.send(new CreateScheduleCommand(definition({ Target: target })))
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledOnce())
    expect(invoke.mock.lastCall?.[1]).toMatchObject({
      source: 'aws.scheduler',
      'detail-type': 'Scheduled Event',
      time: '2026-11-23T16:30:00Z',
    })
  })

  test('an event may be held back, or handed over twice, by what comes between', async () => {
    await stop()
    const held: { delivery: Delivery; invoke: () => void }[] = []
    await start({ deliver: (delivery, invoke) => held.push({ delivery, invoke }) })
    await create('a')
    await vi.waitFor(() => expect(held).toHaveLength(1))
    expect(fired).toEqual([])
    expect(held[0]?.delivery).toMatchObject({
      scheduleName: 'a',
      groupName: 'default',
      targetArn: PROBE_ARN,
      scheduledTime: '2026-11-23T16:30:00Z',
    })
    held[0]?.invoke()
    held[0]?.invoke()
    expect(fired).toEqual(['a 16:30:00', 'a 16:30:00'])
  })
})

test('nothing fires, and nothing answers, once it is stopped', async () => {
  await create('a', { StartDate: at('16:31:00') })
  const { endpoint } = scheduler
  await stop()
  clock.advance(2 * MINUTE_MS)
  await start()
  expect(await settled()).toEqual([])
  await expect(fetch(endpoint)).rejects.toThrow()
})
