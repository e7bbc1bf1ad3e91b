import * as z from 'zod'
import { nameSchema, parse, parseDefinition } from './definition.ts'
import { invalid } from './refusal.ts'
import {
  addGroup,
  addSchedule,
  findGroup,
  findSchedule,
  removeGroup,
  removeSchedule,
  replaceSchedule,
  type Schedule,
  type Store,
} from './store.ts'

/** A request once it is known which operation it is for. */
export type OperationRequest = {
  /** From the path: empty for a list. */
  readonly name: string
  readonly query: URLSearchParams
  readonly body: unknown
  readonly nowMs: number
}

/** What the operations work on; `follow` is called with each schedule that was created or changed. */
export type Account = { readonly store: Store; readonly follow: (schedule: Schedule) => void }

type Operation = (account: Account, request: OperationRequest) => Record<string, unknown>

const MAX_PAGE = 100
const namePath = z.object({ Name: nameSchema })
const groupQuery = z.object({ groupName: nameSchema.default('default') })
const listQuery = z.object({
  ScheduleGroup: nameSchema.optional(),
  NamePrefix: nameSchema.optional(),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  MaxResults: z.coerce.number().int().min(1).max(MAX_PAGE).default(MAX_PAGE),
  NextToken: z.string().regex(/^\d+$/).transform(Number).default(0),
})

const createSchedule: Operation = ({ store, follow }, { name, body, nowMs }) => {
  const { Name } = parse(namePath, { Name: name })
  const schedule = addSchedule(store, Name, parseDefinition(body, nowMs), nowMs)
  follow(schedule)
  return { ScheduleArn: schedule.arn }
}

const updateSchedule: Operation = ({ store, follow }, { name, body, nowMs }) => {
  const { Name } = parse(namePath, { Name: name })
  const schedule = replaceSchedule(store, Name, parseDefinition(body, nowMs), nowMs)
  follow(schedule)
  return { ScheduleArn: schedule.arn }
}

const getSchedule: Operation = ({ store }, { name, query }) => {
  const { groupName } = parse(groupQuery, Object.fromEntries(query))
  const { arn, definition, createdMs, modifiedMs } = findSchedule(store, groupName, name)
  const { periodMs, StartDate, EndDate, ...said } = definition
  return {
    ...said,
    Arn: arn,
    Name: name,
    CreationDate: createdMs / 1000,
    LastModificationDate: modifiedMs / 1000,
    ...(StartDate !== undefined && { StartDate: StartDate / 1000 }),
    ...(EndDate !== undefined && { EndDate: EndDate / 1000 }),
  }
}

const deleteSchedule: Operation = ({ store }, { name, query }) => {
  const { groupName } = parse(groupQuery, Object.fromEntries(query))
  removeSchedule(store, groupName, name)
  return {}
}

/** As on AWS without expression, start date and input; in the order of creation. */
const listSchedules: Operation = ({ store }, { query }) => {
  const wanted = parse(listQuery, Object.fromEntries(query))
  if (wanted.ScheduleGroup !== undefined) findGroup(store, wanted.ScheduleGroup)
  const page: Schedule[] = []
  for (const schedule of store.schedules.values()) {
    if (schedule.sequence <= wanted.NextToken) continue
    if (wanted.ScheduleGroup !== undefined && schedule.definition.GroupName !== wanted.ScheduleGroup) continue
    if (wanted.NamePrefix !== undefined && !schedule.name.startsWith(wanted.NamePrefix)) continue
    if (wanted.State !== undefined && schedule.definition.State !== wanted.State) continue
    page.push(schedule)
    if (page.length > wanted.MaxResults) break
  }
  const shown = page.slice(0, wanted.MaxResults)
  const NextToken = page.length > shown.length ? String(shown.at(-1)?.sequence) : undefined
  return { Schedules: shown.map(summary), ...(NextToken !== undefined && { NextToken }) }
}

function summary({ arn, name, definition, createdMs, modifiedMs }: Schedule): Record<string, unknown> {
  return {
    Arn: arn,
    Name: name,
    GroupName: definition.GroupName,
    State: definition.State,
    CreationDate: createdMs / 1000,
    LastModificationDate: modifiedMs / 1000,
    Target: { Arn: definition.Target.Arn },
  }
}

const createScheduleGroup: Operation = ({ store }, { name, nowMs }) => {
  const { Name } = parse(namePath, { Name: name })
  return { ScheduleGroupArn: addGroup(store, Name, nowMs).arn }
}

const getScheduleGroup: Operation = ({ store }, { name }) => {
  const { arn, createdMs } = findGroup(store, name)
  const at = createdMs / 1000
  return { Arn: arn, Name: name, State: 'ACTIVE', CreationDate: at, LastModificationDate: at }
}

/** AWS takes a while over it, and calls the group DELETING meanwhile; here it is gone at once. */
const deleteScheduleGroup: Operation = ({ store }, { name }) => {
  if (name === 'default') throw invalid('The default schedule group cannot be deleted.')
  removeGroup(store, name)
  return {}
}

/** The operations that are played, by their names in the API. */
export const OPERATIONS = {
  CreateSchedule: createSchedule,
  UpdateSchedule: updateSchedule,
  GetSchedule: getSchedule,
  DeleteSchedule: deleteSchedule,
  ListSchedules: listSchedules,
  CreateScheduleGroup: createScheduleGroup,
  GetScheduleGroup: getScheduleGroup,
  DeleteScheduleGroup: deleteScheduleGroup,
} as const satisfies Record<string, Operation>

export type OperationName = keyof typeof OPERATIONS
