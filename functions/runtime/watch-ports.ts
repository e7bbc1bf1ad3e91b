import { randomUUID } from 'node:crypto'
import { insertAuditEvents } from '../../shared/db/audit-events.ts'
import { lockHold, measureLately, saveHold } from '../../shared/db/prober-hold.ts'
import { glance, readUnconfirmed, readWitnesses, readYoungestAttempt } from '../../shared/db/unconfirmed.ts'
import type { AuditRecord } from '../../shared/domain/audit-events.ts'
import type { UnconfirmedQuery } from '../../shared/domain/confirmation.ts'
import { FUNCTIONS } from '../../shared/domain/functions.ts'
import type { HoldPolicy, LatelyProbed, ProberHold } from '../../shared/domain/prober-hold.ts'
import type { FunctionDeps } from './deps.ts'

type Saved = { readonly hold: ProberHold; readonly lately: LatelyProbed }

/** What the fan-out reads and writes to see whether the prober is trusted, and which hosts are not certain. */
export function watchPorts({ database, now }: FunctionDeps, correlationId: string, deadline: AbortSignal) {
  const { transaction } = database.until(deadline)
  const toRecord = (event: AuditRecord['event'], occurredAt: Date): AuditRecord => ({
    id: randomUUID(),
    correlationId,
    actorId: FUNCTIONS['fan-out'].service,
    occurredAt,
    event,
  })
  return {
    glance: () => transaction('snapshot', glance),
    withHold: <T>(
      at: Date,
      { minHosts }: HoldPolicy,
      body: (
        locked: Saved & {
          readonly save: (hold: ProberHold, event: AuditRecord['event'] | null) => Promise<void>
        },
      ) => Promise<T>,
    ): Promise<T> =>
      transaction('write', async (tx) => {
        const hold = await lockHold(tx)
        const lately = await measureLately(tx, at, minHosts)
        return body({
          hold,
          lately,
          save: async (next, event) => {
            const at = now()
            await saveHold(tx, next, at)
            if (event !== null) await insertAuditEvents(tx, [toRecord(event, at)])
          },
        })
      }),
    readUnconfirmed: (query: UnconfirmedQuery) => transaction('snapshot', (tx) => readUnconfirmed(tx, query)),
    readYoungestAttempt: (query: UnconfirmedQuery) =>
      transaction('snapshot', (tx) => readYoungestAttempt(tx, query)),
    readWitnesses: (limit: number) => transaction('snapshot', (tx) => readWitnesses(tx, limit)),
  }
}
