import { randomUUID } from 'node:crypto'
import { insertAuditEvents } from '../../shared/db/audit-events.ts'
import type { Tx } from '../../shared/db/client.ts'
import { findHosts } from '../../shared/db/find-hosts.ts'
import { readHostIds, readSchedulePolicy } from '../../shared/db/fleet-snapshot.ts'
import { forgetScan } from '../../shared/db/forget-scan.ts'
import { addHostSource } from '../../shared/db/host-sources.ts'
import { markHostsDeleted, upsertHosts } from '../../shared/db/hosts.ts'
import { listAuditEvents, listEventsOfHost } from '../../shared/db/operator-events.ts'
import { listHostPage, readHostDetail } from '../../shared/db/operator-hosts.ts'
import { isHost, listVerdicts } from '../../shared/db/operator-scans.ts'
import { lockPolicy, readPolicy, savePolicy } from '../../shared/db/policy.ts'
import { isScheduleApplied } from '../../shared/db/probe-schedules.ts'
import type { AuditEvent } from '../../shared/domain/audit-events.ts'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import { FUNCTIONS } from '../../shared/domain/functions.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import type { EventQuery, HostPageQuery } from '../../shared/domain/operator-queries.ts'
import { type PolicyValues, parseAllowedAddresses } from '../../shared/domain/policy.ts'
import type { ScanKey } from '../../shared/domain/scan-reading.ts'
import type { FunctionDeps } from './deps.ts'

/** The real ports of one command: one transaction. `correlationId` is the invocation's, as CloudTrail has it. */
export const operatePorts = (deps: FunctionDeps, correlationId: string, deadline: AbortSignal) => ({
  now: deps.now,
  reading: <T>(body: (ports: ReturnType<typeof reads>) => Promise<T>): Promise<T> =>
    deps.database.until(deadline).transaction('snapshot', (tx) => body(reads(tx))),
  writing: <T>(body: (ports: ReturnType<typeof writes>) => Promise<T>): Promise<T> =>
    deps.database.until(deadline).transaction('write', (tx) => body(writes(tx, correlationId, deps.now))),
})

const reads = (tx: Tx) => ({
  hostPage: (query: HostPageQuery) => listHostPage(tx, query),
  findHosts: (text: string) => findHosts(tx, text),
  hostDetail: (id: HostId) => readHostDetail(tx, id),
  recentEvents: (id: HostId, limit: number) => listEventsOfHost(tx, id, limit),
  schedulePolicy: () => readSchedulePolicy(tx),
  hostIds: () => readHostIds(tx),
  isScheduleApplied: (name: string) => isScheduleApplied(tx, name),
  isHost: (id: HostId) => isHost(tx, id),
  verdicts: (id: HostId, limit: number) => listVerdicts(tx, id, limit),
  auditEvents: (query: EventQuery) => listAuditEvents(tx, query),
  policy: () => readPolicy(tx),
})

const writes = (tx: Tx, correlationId: string, now: () => Date) => ({
  allowedAddresses: async () => parseAllowedAddresses(await readPolicy(tx)),
  saveHosts: async (hosts: readonly FleetHost[], source: string) => {
    const changes = await upsertHosts(tx, hosts)
    await addHostSource(
      tx,
      source,
      hosts.map(({ id }) => id),
    )
    return changes
  },
  markHostsDeleted: (ids: readonly HostId[]) => markHostsDeleted(tx, ids),
  lockPolicy: () => lockPolicy(tx),
  savePolicy: (policy: PolicyValues) => savePolicy(tx, policy),
  forgetScan: (scan: ScanKey) => forgetScan(tx, scan),
  saveEvent: async (event: AuditEvent): Promise<void> => {
    const actorId = FUNCTIONS.operate.service
    await insertAuditEvents(tx, [{ id: randomUUID(), correlationId, actorId, occurredAt: now(), event }])
  },
})
