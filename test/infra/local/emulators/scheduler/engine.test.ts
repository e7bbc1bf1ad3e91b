import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { parseDefinition } from '../../../../../infra/local/emulators/scheduler/definition.ts'
import { startFiring } from '../../../../../infra/local/emulators/scheduler/firing.ts'
import { createHeap } from '../../../../../infra/local/emulators/scheduler/heap.ts'
import { definition, woundClock } from '../../../../support/scheduler-client.ts'

test('a heap gives its entries back by due time, however they come in', () => {
  const due = fc.record({ dueMs: fc.integer({ min: 0, max: 50 }) })
  fc.assert(
    fc.property(fc.array(fc.option(due)), (steps) => {
      const heap = createHeap<{ dueMs: number }>()
      const model: number[] = []
      for (const step of steps) {
        if (step === null) expect(heap.pop()?.dueMs).toBe(model.sort((a, b) => a - b).shift())
        else {
          heap.push(step)
          model.push(step.dueMs)
        }
        expect(heap.size()).toBe(model.length)
        expect(heap.peek()?.dueMs).toBe(model.length === 0 ? undefined : Math.min(...model))
      }
    }),
  )
})

test('100,000 schedules due at once are all fired, and let others have their turn in between', async () => {
  const clock = woundClock('2026-11-23T16:30:00.000Z')
  const nowMs = clock.now().getTime()
  const parsed = parseDefinition({ ...definition(), StartDate: nowMs / 1000 + 60 }, nowMs)
  let fired = 0
  let turnsOfOthers = 0
  const firing = startFiring({ clock, isCurrent: () => true, fire: () => fired++ })
  for (let sequence = 0; sequence < 100_000; sequence++) {
    const name = `host-${sequence}`
    firing.follow({ arn: name, name, sequence, createdMs: nowMs, modifiedMs: nowMs, definition: parsed })
  }
  const others = setInterval(() => turnsOfOthers++, 1)
  clock.advance(60_000)
  await vi.waitFor(() => expect(fired).toBe(100_000), { timeout: 30_000 })
  clearInterval(others)
  firing.stop()
  expect(turnsOfOthers).toBeGreaterThan(1)
})
