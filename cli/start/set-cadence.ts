import { randomUUID } from 'node:crypto'
import { setPolicy } from '../../functions/operate/set-policy.ts'
import { insertAuditEvents } from '../../shared/db/audit-events.ts'
import { begin, READ_COMMITTED } from '../../shared/db/begin.ts'
import type { Sql } from '../../shared/db/client.ts'
import { lockPolicy, savePolicy } from '../../shared/db/policy.ts'
import { UserError } from '../../shared/domain/errors.ts'
import type { Command } from './command-line.ts'
import { START_SERVICE } from './sync-fleet.ts'

/**
 * Sets what the flags say in the policy, with an audit event as for an operator. What no flag says stays as it is:
 * an operator may have set it.
 */
export async function setCadence(
  owner: Sql,
  { intervalMs, hostsPerSchedule }: Pick<Command, 'intervalMs' | 'hostsPerSchedule'>,
  occurredAt: Date,
): Promise<void> {
  const changes = {
    ...(intervalMs !== null && { probe_interval_seconds: Math.round(intervalMs / 1000) }),
    ...(hostsPerSchedule !== null && { hosts_per_schedule: hostsPerSchedule }),
  }
  if (Object.keys(changes).length === 0) return
  const common = { correlationId: randomUUID(), actorId: START_SERVICE, occurredAt }
  const answer = await begin(owner, READ_COMMITTED, (tx) =>
    setPolicy(
      {
        lockPolicy: () => lockPolicy(tx),
        savePolicy: (policy) => savePolicy(tx, policy),
        saveEvent: async (event) => {
          await insertAuditEvents(tx, [{ id: randomUUID(), ...common, event }])
        },
      },
      { changes },
    ),
  )
  if (answer.outcome === 'refused') throw new UserError([answer.fault])
}
