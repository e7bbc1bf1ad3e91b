import { describe, expect, it } from 'vitest'
import { playedBehaviour, SCRIPTS } from '../../../../infra/local/demonstration/scripts.ts'

/** Ticks are 2.5 s of real time. */
const ticks = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

describe('the demonstration', () => {
  it('the demonstration cuts every host off after two minutes, for eight minutes of fleet time, and no time before', () => {
    const allDead = (tick: number): boolean =>
      SCRIPTS.every(({ script }) => playedBehaviour(script, tick) === 'dead')
    expect(ticks(0, 240).filter(allDead)).toEqual([48, 49, 50])
  })

  it('the demonstration has hosts that change four times within a minute, and then are up for half an hour of fleet time', () => {
    const flapping = SCRIPTS.filter(({ name }) => name.startsWith('flapping'))
    expect(flapping).toHaveLength(4)
    for (const { script } of flapping) {
      const changes = ticks(1, 26).filter((tick) => script(tick) !== script(tick - 1))
      expect(changes.length).toBeGreaterThanOrEqual(4)
      const up = ticks(0, 140).map((tick) => (script(tick) === 'healthy' ? 'u' : 'd'))
      expect(up.join('')).toMatch(/u{30}/)
    }
  })
})
