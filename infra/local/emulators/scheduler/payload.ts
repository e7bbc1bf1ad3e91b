import { randomUUID } from 'node:crypto'
import type { Schedule } from './store.ts'

/** An instant as AWS prints it: whole seconds, UTC. */
export const printInstant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

/**
 * What the target is handed for one occurrence: the Input with its context attributes filled in, parsed where
 * it is JSON; without an Input, the event that Scheduler makes up.
 */
export function payload(schedule: Schedule, occurrenceMs: number): unknown {
  const { Input } = schedule.definition.Target
  const executionId = randomUUID()
  if (Input === undefined) return defaultEvent(schedule, occurrenceMs, executionId)
  const attributes: Record<string, string> = {
    'scheduled-time': printInstant(occurrenceMs),
    'schedule-arn': schedule.arn,
    'execution-id': executionId,
    'attempt-number': '1',
  }
  const text = Input.replace(
    /<aws\.scheduler\.([a-z-]+)>/g,
    (whole, name: string) => attributes[name] ?? whole,
  )
  try {
    return JSON.parse(text)
  } catch {
    // Targets other than functions may be given plain text.
    return text
  }
}

function defaultEvent(schedule: Schedule, occurrenceMs: number, id: string): unknown {
  const [, , , region, account] = schedule.arn.split(':')
  return {
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account,
    time: printInstant(occurrenceMs),
    region,
    resources: [schedule.arn],
    detail: '{}',
  }
}
