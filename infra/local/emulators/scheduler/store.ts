import type { Definition } from './definition.ts'
import { RefusalError } from './refusal.ts'

/** Where the local account lives, as far as names go. */
const ARN_PREFIX = 'arn:aws:scheduler:us-east-1:000000000000'

/** Never changed in place: an update puts a new one in its stead, so that an old one is known as such. */
export type Schedule = {
  readonly arn: string
  readonly name: string
  readonly definition: Definition
  readonly createdMs: number
  readonly modifiedMs: number
  /** Grows with every schedule created: the order, and the page mark, of a list. */
  readonly sequence: number
}

export type Group = { readonly arn: string; readonly name: string; readonly createdMs: number }

/** The groups and schedules of the account, in memory. */
export type Store = {
  readonly groups: Map<string, Group>
  readonly schedules: Map<string, Schedule>
  created: number
}

/** A store with the group `default`, which every account has, and those given. */
export function createStore(groups: readonly string[], nowMs: number): Store {
  const store: Store = { groups: new Map(), schedules: new Map(), created: 0 }
  for (const name of ['default', ...groups]) addGroup(store, name, nowMs)
  return store
}

/** @throws RefusalError (ConflictException) where there is one of that name */
export function addGroup(store: Store, name: string, nowMs: number): Group {
  if (store.groups.has(name))
    throw new RefusalError('ConflictException', `Schedule group ${name} already exists.`)
  const group = { arn: `${ARN_PREFIX}:schedule-group/${name}`, name, createdMs: nowMs }
  store.groups.set(name, group)
  return group
}

/** @throws RefusalError (ResourceNotFoundException) */
export function findGroup(store: Store, name: string): Group {
  const group = store.groups.get(name)
  if (group === undefined) {
    throw new RefusalError('ResourceNotFoundException', `Schedule group ${name} does not exist.`)
  }
  return group
}

/** Removes the group and every schedule in it. */
export function removeGroup(store: Store, name: string): void {
  findGroup(store, name)
  store.groups.delete(name)
  for (const [key, schedule] of store.schedules) {
    if (schedule.definition.GroupName === name) store.schedules.delete(key)
  }
}

/** @throws RefusalError (ResourceNotFoundException for the group, ConflictException for the name) */
export function addSchedule(store: Store, name: string, definition: Definition, nowMs: number): Schedule {
  findGroup(store, definition.GroupName)
  const key = formatKey(definition.GroupName, name)
  if (store.schedules.has(key))
    throw new RefusalError('ConflictException', `Schedule ${name} already exists.`)
  const arn = `${ARN_PREFIX}:schedule/${key}`
  const sequence = ++store.created
  const schedule = { arn, name, definition, createdMs: nowMs, modifiedMs: nowMs, sequence }
  store.schedules.set(key, schedule)
  return schedule
}

/** @throws RefusalError (ResourceNotFoundException) */
export function findSchedule(store: Store, group: string, name: string): Schedule {
  const schedule = store.schedules.get(formatKey(group, name))
  if (schedule === undefined) {
    throw new RefusalError('ResourceNotFoundException', `Schedule ${name} does not exist.`)
  }
  return schedule
}

/** Puts the definition in the old one's place, all of it. */
export function replaceSchedule(store: Store, name: string, definition: Definition, nowMs: number): Schedule {
  const old = findSchedule(store, definition.GroupName, name)
  const schedule = { ...old, definition, modifiedMs: nowMs }
  store.schedules.set(formatKey(definition.GroupName, name), schedule)
  return schedule
}

/** Removes a schedule. @throws RefusalError where there is none of that name. */
export function removeSchedule(store: Store, group: string, name: string): void {
  findSchedule(store, group, name)
  store.schedules.delete(formatKey(group, name))
}

/** Whether it was neither deleted nor replaced since. */
export function isCurrent(store: Store, schedule: Schedule): boolean {
  return store.schedules.get(formatKey(schedule.definition.GroupName, schedule.name)) === schedule
}

const formatKey = (group: string, name: string): string => `${group}/${name}`
