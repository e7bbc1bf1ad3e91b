import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { watchAbort } from '../../shared/net/abort.ts'

describe('watching a signal', () => {
  it('watching a signal takes one listener, however many watch, and none when the last has stopped', () => {
    const { signal } = new AbortController()
    const stops = Array.from({ length: 20 }, () => watchAbort(signal, () => {}))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    for (const stop of stops) stop()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('watching a signal tells those who still watch, once, also after others came and went', () => {
    const controller = new AbortController()
    const told: string[] = []
    watchAbort(controller.signal, () => told.push('left'))()
    const stop = watchAbort(controller.signal, () => {
      stop()
      told.push('stops when told')
    })
    watchAbort(controller.signal, () => told.push('stays'))
    controller.abort()
    controller.abort()
    expect(told).toEqual(['stops when told', 'stays'])
  })
})
