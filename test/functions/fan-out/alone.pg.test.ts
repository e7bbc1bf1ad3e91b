import { expect, it } from 'vitest'
import { createFanOutHandler } from '../../../functions/fan-out/handler.ts'
import { fanOutFunction } from '../../support/functions/fan-out.ts'
import { lambdaContext } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'

const SKIPPED = { skipped: 'another run is under way' }

it('a run of the fan-out that could overlap with another does nothing while that is under way', async () => {
  await using fanOut = await fanOutFunction()
  await addHosts(fanOut.db.sql, 1)
  const entered = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const slow = createFanOutHandler({
    ...fanOut.deps,
    mayOverlap: true,
    schedules: {
      ...fanOut.deps.schedules,
      put: async (...args) => {
        entered.resolve()
        await goOn.promise
        return fanOut.deps.schedules.put(...args)
      },
    },
  })
  const other = createFanOutHandler({ ...fanOut.deps, mayOverlap: true })

  const first = slow({}, lambdaContext())
  await entered.promise
  await expect(other({}, lambdaContext())).resolves.toEqual(SKIPPED)
  goOn.resolve()
  await expect(first).resolves.toMatchObject({ schedules: { put: 1 } })
  // The lease was given back, so the next run need not wait until it ends.
  await expect(other({}, lambdaContext())).resolves.toMatchObject({ schedules: { wanted: 1, put: 0 } })
})

it('a run of the fan-out that failed lets the next one run', async () => {
  await using fanOut = await fanOutFunction()
  const failing = createFanOutHandler({
    ...fanOut.deps,
    mayOverlap: true,
    schedules: { ...fanOut.deps.schedules, settings: 'x' },
    now: () => {
      throw new Error('no clock')
    },
  })
  await expect(failing({ time: '2030-01-01T12:00:00Z' }, lambdaContext())).rejects.toThrow('no clock')
  await expect(fanOut.run()).resolves.toMatchObject({ schedules: { wanted: 0 } })
  const next = createFanOutHandler({ ...fanOut.deps, mayOverlap: true })
  await expect(next({}, lambdaContext())).resolves.toMatchObject({ schedules: { wanted: 0 } })
})

it('the lease of a run that never ended lasts less than a minute', async () => {
  await using fanOut = await fanOutFunction()
  const stuck = createFanOutHandler(
    {
      ...fanOut.deps,
      mayOverlap: true,
      schedules: { ...fanOut.deps.schedules, put: () => new Promise<never>(() => {}) },
    },
    200,
  )
  await addHosts(fanOut.db.sql, 1)
  await expect(stuck({}, lambdaContext())).rejects.toThrow('not done after 200 ms')
  const [lease] = await fanOut.db.sql<{ seconds: number }[]>`
    select extract(epoch from expires_at - clock_timestamp())::float8 as seconds from run_leases where name = 'fan-out'`
  expect(lease?.seconds).toBeGreaterThan(45)
  expect(lease?.seconds).toBeLessThanOrEqual(55)
  const next = createFanOutHandler({ ...fanOut.deps, mayOverlap: true })
  await expect(next({}, lambdaContext())).resolves.toEqual(SKIPPED)
  await fanOut.db.sql`update run_leases set expires_at = clock_timestamp() - interval '1 ms'`
  await expect(next({}, lambdaContext())).resolves.toMatchObject({ schedules: { wanted: 1 } })
})
