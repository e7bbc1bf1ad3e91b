import type { OperationName } from './operations.ts'

type Route = { readonly operation: OperationName; readonly name: string }

const BY_METHOD_AND_FOLDER: Partial<Record<string, OperationName>> = {
  'POST schedules': 'CreateSchedule',
  'PUT schedules': 'UpdateSchedule',
  'GET schedules': 'GetSchedule',
  'DELETE schedules': 'DeleteSchedule',
  'POST schedule-groups': 'CreateScheduleGroup',
  'GET schedule-groups': 'GetScheduleGroup',
  'DELETE schedule-groups': 'DeleteScheduleGroup',
}

/** Which operation a request is for, and the name in its path; null for one that is not played. */
export function route(method: string, path: string): Route | null {
  const [, folder, name = '', rest] = path.split('/')
  if (rest !== undefined) return null
  if (method === 'GET' && folder === 'schedules' && name === '') {
    return { operation: 'ListSchedules', name: '' }
  }
  const operation = BY_METHOD_AND_FOLDER[`${method} ${folder}`]
  return operation === undefined ? null : { operation, name: decodeURIComponent(name) }
}
