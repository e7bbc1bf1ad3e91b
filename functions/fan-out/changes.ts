import { type AppliedSchedules, formatSpecHash } from '../../shared/domain/applied-schedules.ts'
import { fnv1a64 } from '../../shared/domain/hash.ts'
import { type LazyList, selected } from '../../shared/domain/lazy-list.ts'
import type { ScheduleSpec } from '../../shared/domain/schedules.ts'
import { Utf8Scratch } from '../../shared/domain/utf8-scratch.ts'

/** A schedule to write. `exists`: whether Scheduler should have it already; the call copes where that is wrong. */
export type SchedulePut = {
  readonly kind: 'put'
  readonly name: string
  readonly spec: ScheduleSpec
  readonly specHash: string
  readonly exists: boolean
}

/** A schedule to delete. */
export type ScheduleRemoval = { readonly kind: 'remove'; readonly name: string }

/** One call to Scheduler. */
export type ScheduleChange = SchedulePut | ScheduleRemoval

/**
 * What has to be changed. Removals come last, after the schedules that take their place: a host that is in both for
 * a while is probed twice at worst. A change is made when it is asked for: those of a first run do not fit into memory.
 */
export type Changes = {
  readonly puts: LazyList<SchedulePut>
  readonly removals: LazyList<ScheduleRemoval>
}

/**
 * The changes from the applied schedules to the wanted ones.
 *
 * @param settings a hash of what all schedules share (target, role, dead-letter queue): when it changes, all
 * schedules are rewritten.
 */
export function changesBetween(
  applied: AppliedSchedules,
  wanted: LazyList<ScheduleSpec>,
  settings: string,
): Changes {
  const isWanted = new Uint8Array(applied.names.size)
  const toPut: number[] = []
  for (let i = 0; i < wanted.length; i++) {
    const spec = wanted.at(i)
    const known = applied.names.indexOf(spec.name)
    if (known >= 0) isWanted[known] = 1
    if (known < 0 || !applied.isAt(known, hashSchedule(spec, settings))) toPut.push(i)
  }
  const toRemove: number[] = []
  for (let i = 0; i < isWanted.length; i++) if (isWanted[i] === 0) toRemove.push(i)
  return {
    puts: selected(toPut, (i) => createPut(wanted.at(i), applied, settings)),
    removals: selected(toRemove, (i) => createRemoval(applied.names.at(i))),
  }
}

/** Whether Scheduler has this schedule as it is wanted now. */
export function isApplied(applied: AppliedSchedules, spec: ScheduleSpec, settings: string): boolean {
  const known = applied.names.indexOf(spec.name)
  return known >= 0 && applied.isAt(known, hashSchedule(spec, settings))
}

/** The writing of a schedule that should exist where it was applied. */
export const createPut = (spec: ScheduleSpec, applied: AppliedSchedules, settings: string): SchedulePut => ({
  kind: 'put',
  name: spec.name,
  spec,
  specHash: formatSpecHash(hashSchedule(spec, settings)),
  exists: applied.names.indexOf(spec.name) >= 0,
})

/** The deletion of the schedule of this name. */
export const createRemoval = (name: string): ScheduleRemoval => ({ kind: 'remove', name })

const scratch = new Utf8Scratch()

/** Over all of a schedule except its start date, which differs in each write. */
function hashSchedule(spec: ScheduleSpec, settings: string): bigint {
  const text = [spec.name, spec.periodMinutes, spec.phaseMs, spec.hostIds.join(), settings].join('\n')
  return fnv1a64(scratch.encode(text))
}
