import { randomUUID } from 'node:crypto'
import { insertAuditEvents } from '../../shared/db/audit-events.ts'
import { countFlappingHosts, listQuietFlappingHosts, stopFlapping } from '../../shared/db/flapping-ends.ts'
import { holdMaintenanceLock } from '../../shared/db/maintenance.ts'
import { endDueMaintenances } from '../../shared/db/maintenance-ends.ts'
import { readPolicy } from '../../shared/db/policy.ts'
import type { AuditEvent, AuditRecord } from '../../shared/domain/audit-events.ts'
import { flappingStopped } from '../../shared/domain/flapping-event.ts'
import { FUNCTIONS } from '../../shared/domain/functions.ts'
import type { MaintenanceEnd } from '../../shared/domain/maintenance.ts'
import { maintenanceEnded } from '../../shared/domain/maintenance-event.ts'
import { readFlappingPolicy } from '../../shared/domain/policy.ts'
import type { FlappingHosts } from '../../shared/domain/settled-host.ts'
import type { FunctionDeps } from './deps.ts'

/** The real ports of the part of the fan-out that ends what silenced hosts: a transaction for each kind. */
export function settlePorts({ database, now }: FunctionDeps, correlationId: string, deadline: AbortSignal) {
  const { transaction } = database.until(deadline)
  const common = { correlationId, actorId: FUNCTIONS['fan-out'].service }
  const record = (id: string, event: AuditEvent): AuditRecord => ({ ...common, id, occurredAt: now(), event })
  return {
    now,
    endMaintenances: (): Promise<MaintenanceEnd[]> =>
      transaction('write', async (tx) => {
        await holdMaintenanceLock(tx)
        const ends = await endDueMaintenances(tx, now())
        const records = ends.map((end) => record(end.eventId, maintenanceEnded(end, 'time')))
        if (records.length > 0) await insertAuditEvents(tx, records)
        return ends
      }),
    inFlapping: <T>(body: (hosts: FlappingHosts) => Promise<T>): Promise<T> =>
      transaction('write', async (tx) =>
        body({
          policy: readFlappingPolicy(await readPolicy(tx)),
          listQuiet: (before) => listQuietFlappingHosts(tx, before),
          stop: async (hosts) => {
            const stopped = await stopFlapping(tx, hosts, now())
            const ended = hosts.filter(({ hostId }) => stopped.has(hostId))
            const records = ended.map((host) => record(randomUUID(), flappingStopped(host)))
            if (records.length > 0) await insertAuditEvents(tx, records)
            return ended
          },
          count: () => countFlappingHosts(tx),
        }),
      ),
  }
}
