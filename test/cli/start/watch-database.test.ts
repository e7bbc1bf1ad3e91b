import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { isOutage, watchDatabase } from '../../../cli/start/watch-database.ts'

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })

describe('watching a database', () => {
  it('watching a database reports since when it has not answered, and why, until it answers again', async () => {
    let answer: () => Promise<number> = async () => 1
    const read = watchDatabase(() => answer())
    expect(await read()).toEqual({ value: 1 })
    answer = () => Promise.reject(refused)
    const first = await read()
    const second = await read()
    expect(first).toEqual({ outage: { since: expect.any(Date), reason: refused.message } })
    expect(second).toEqual(first)
    answer = async () => 2
    expect(await read()).toEqual({ value: 2 })
  })

  it('watching a database reports a database that hangs, asks it nothing more meanwhile, and loses no answer', async () => {
    let asked = 0
    const { promise, resolve } = Promise.withResolvers<string>()
    const read = watchDatabase(() => {
      asked += 1
      return promise
    }, 20)
    expect(await read()).toMatchObject({ outage: { reason: 'it takes too long' } })
    expect(await read()).toMatchObject({ outage: { reason: 'it takes too long' } })
    expect(asked).toBe(1)
    resolve('late')
    await delay(0)
    expect(await read()).toEqual({ value: 'late' })
  })

  it('watching a database passes on every other fault', async () => {
    const read = watchDatabase(() => Promise.reject(new Error('column does not exist')))
    await expect(read()).rejects.toThrow('column does not exist')
  })

  it('watching a database knows an outage also as the cause of another error', () => {
    expect(isOutage(new Error('a scan was not recorded', { cause: refused }))).toBe(true)
    expect(isOutage(new Error('a scan was not recorded'))).toBe(false)
  })
})
