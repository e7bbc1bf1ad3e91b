import { describe, expect, it } from 'vitest'
import { changesBetween, type ScheduleChange } from '../../../functions/fan-out/changes.ts'
import { AppliedSchedules } from '../../../shared/domain/applied-schedules.ts'
import { joined, lazyList } from '../../../shared/domain/lazy-list.ts'
import type { ScheduleSpec } from '../../../shared/domain/schedules.ts'
import { sequentialFleet } from '../../support/random-fleet.ts'

const spec: ScheduleSpec = {
  name: 'b-5m-0-0',
  periodMinutes: 5,
  phaseMs: 0,
  hostIds: sequentialFleet(3).map(({ id }) => id),
}
const between = (
  applied: AppliedSchedules,
  wanted: readonly ScheduleSpec[],
  settings = 'settings',
): ScheduleChange[] => {
  const { puts, removals } = changesBetween(
    applied,
    lazyList(wanted.length, (i) => wanted[i] ?? spec),
    settings,
  )
  return [...joined(puts, removals)]
}
const applied = (...specs: ScheduleSpec[]): AppliedSchedules =>
  AppliedSchedules.of(
    between(new AppliedSchedules(), specs).flatMap((change): [string, string][] =>
      change.kind === 'put' ? [[change.name, change.specHash]] : [],
    ),
  )

describe('the changes between what is applied and what is wanted', () => {
  it('the changes between what is applied and what is wanted are none when each schedule is as it was', () => {
    expect(between(applied(spec), [spec])).toEqual([])
  })

  it.each<[string, Partial<ScheduleSpec>]>([
    ['the period', { periodMinutes: 6 }],
    ['the phase', { phaseMs: 1 }],
    ['a host more', { hostIds: sequentialFleet(4).map(({ id }) => id) }],
    ['a host less', { hostIds: spec.hostIds.slice(1) }],
  ])('the changes are one put of a schedule known to exist when it has changed in %s', (_, other) => {
    const changed = { ...spec, ...other }
    expect(between(applied(spec), [changed])).toMatchObject([{ kind: 'put', spec: changed, exists: true }])
  })

  it('the changes are a put of every schedule when what they share changes', () => {
    expect(between(applied(spec), [spec], 'other settings')).toMatchObject([{ kind: 'put', exists: true }])
  })

  it('the changes are a put of a new schedule, and the removal of one that is not wanted', () => {
    const renamed = { ...spec, name: 'b-5m-1-0' }
    expect(between(applied(spec), [renamed])).toMatchObject([
      { kind: 'put', name: 'b-5m-1-0', exists: false },
      { kind: 'remove', name: 'b-5m-0-0' },
    ])
  })

  it('the changes are a put of a schedule whose last change did not end', () => {
    expect(between(AppliedSchedules.of([[spec.name, '']]), [spec])).toMatchObject([
      { kind: 'put', exists: true },
    ])
  })
})
