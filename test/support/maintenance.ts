import type { AnswerOf } from '../../shared/contracts/operate-answer.ts'
import { operatorOf } from './functions/operate.ts'
import type { TestDatabase } from './postgres/database.ts'

const HOUR_MS = 3_600_000

export type SetMaintenance = {
  readonly durationMs?: number
  readonly at?: Date
  readonly reason?: string
}

/** Puts hosts under maintenance as an operator does, for an hour from now unless it is said otherwise. */
export async function startMaintenance(
  db: TestDatabase,
  hosts: readonly string[],
  { durationMs = HOUR_MS, at = new Date(), reason = 'kernel upgrade' }: SetMaintenance = {},
): Promise<{ readonly id: string }> {
  await using operator = operatorOf(db, () => at)
  const answer = await operator.ask({
    command: 'maintenance.start',
    hosts: [...hosts],
    duration_ms: durationMs,
    reason,
  })
  if (answer.outcome !== 'started' || answer.id === null) throw new Error(`no maintenance: ${answer.outcome}`)
  return { id: answer.id }
}

/** Ends the maintenance of hosts as an operator does. */
export async function endMaintenance(
  db: TestDatabase,
  hosts: readonly string[],
  at = new Date(),
): Promise<AnswerOf<'maintenance.end'>> {
  await using operator = operatorOf(db, () => at)
  return operator.ask({ command: 'maintenance.end', hosts: [...hosts] })
}
