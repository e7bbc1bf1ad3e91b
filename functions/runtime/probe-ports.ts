import { randomUUID } from 'node:crypto'
import { claimHosts } from '../../shared/db/claims.ts'
import type { Tx } from '../../shared/db/client.ts'
import { readChangeHistories } from '../../shared/db/flapping.ts'
import { saveProbes } from '../../shared/db/liveness.ts'
import { beginHold, measureLately, saveWitnessed } from '../../shared/db/prober-hold.ts'
import type { AuditRecord } from '../../shared/domain/audit-events.ts'
import type { Claim } from '../../shared/domain/claim.ts'
import { FUNCTIONS } from '../../shared/domain/functions.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import { type ProbeTarget, probeSsh } from '../../shared/net/tcp-probe.ts'
import type { FunctionDeps } from './deps.ts'

/** The real ports of one invocation: the network, and four round trips to the database, or five if a status changed. */
export const probePorts = (deps: FunctionDeps, correlationId: string, deadline: AbortSignal) => ({
  now: deps.now,
  probe: (target: ProbeTarget, signal: AbortSignal) => probeSsh(target, { signal }),
  exclusively: <T>(hostIds: readonly HostId[], body: (claim: Claim) => Promise<T>): Promise<T> =>
    deps.database
      .until(deadline)
      .transaction('write', async (tx, lost) => body(await claim(tx, hostIds, { correlationId, lost }))),
})

async function claim(
  tx: Tx,
  hostIds: readonly HostId[],
  { correlationId, lost }: { readonly correlationId: string; readonly lost: AbortSignal },
): Promise<Claim> {
  const claimed = await claimHosts(tx, hostIds)
  return {
    ...claimed,
    lost,
    measureLately: (now, failedIds) =>
      measureLately(tx, now, claimed.holdPolicy.minHosts, { hostIds, failedIds }),
    beginHold: (at) => beginHold(tx, at),
    saveWitnessed: (answeredAt) => saveWitnessed(tx, answeredAt),
    readHistories: (ids, at) => readChangeHistories(tx, ids, at, claimed.flapping.windowMs),
    save: saving(tx, correlationId),
  }
}

const saving =
  (tx: Tx, correlationId: string): Claim['save'] =>
  ({ changes, suspect, ...results }) => {
    const record = (event: AuditRecord['event']): AuditRecord => ({
      id: randomUUID(),
      correlationId,
      actorId: FUNCTIONS.probe.service,
      occurredAt: results.attemptedAt,
      event,
    })
    return saveProbes(tx, results, [
      ...changes.map(({ host, event }) => ({ ...record(event), incarnation: host.incarnation ?? 0 })),
      ...(suspect === null ? [] : [record(suspect)]),
    ])
  }
