import { randomUUID } from 'node:crypto'
import { insertAuditEvents } from '../../shared/db/audit-events.ts'
import { claimHosts } from '../../shared/db/claims.ts'
import type { Tx } from '../../shared/db/client.ts'
import { saveLiveness } from '../../shared/db/liveness.ts'
import type { Claim, SaveProbes } from '../../shared/domain/claim.ts'
import { FUNCTIONS } from '../../shared/domain/functions.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import { type ProbeTarget, probeSsh } from '../../shared/net/tcp-probe.ts'
import type { FunctionDeps } from './deps.ts'

/** The real ports of one invocation of the probe function: four round trips to the database, and the network. */
export const probePorts = (deps: FunctionDeps, correlationId: string, deadline: AbortSignal) => ({
  now: deps.now,
  probe: (target: ProbeTarget, signal: AbortSignal) => probeSsh(target, { signal }),
  exclusively: <T>(hostIds: readonly HostId[], body: (claim: Claim) => Promise<T>): Promise<T> =>
    deps.database
      .until(deadline)
      .transaction('write', async (tx, lost) =>
        body({ ...(await claimHosts(tx, hostIds)), lost, save: saveProbes(tx, correlationId) }),
      ),
})

/** Both statements travel together. */
const saveProbes =
  (tx: Tx, correlationId: string): SaveProbes =>
  async (records, events) => {
    const occurredAt = records[0]?.probedAt ?? new Date(0)
    const audit = events.map((event) => ({
      id: randomUUID(),
      correlationId,
      actorId: FUNCTIONS.probe.service,
      occurredAt,
      event,
    }))
    await Promise.all([
      saveLiveness(tx, records),
      ...(audit.length > 0 ? [insertAuditEvents(tx, audit)] : []),
    ])
  }
