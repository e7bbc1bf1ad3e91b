import { randomUUID } from 'node:crypto'
import { insertAuditEvents } from '../../shared/db/audit-events.ts'
import type { Tx } from '../../shared/db/client.ts'
import { findHosts } from '../../shared/db/find-hosts.ts'
import { readHostIds } from '../../shared/db/fleet-snapshot.ts'
import { forgetScan } from '../../shared/db/forget-scan.ts'
import { saveHostsOfSource } from '../../shared/db/host-sources.ts'
import { markHostsDeleted } from '../../shared/db/hosts.ts'
import {
  findMaintenances,
  forgetOldMaintenances,
  holdMaintenanceLock,
  saveMaintenance,
  selectHosts,
} from '../../shared/db/maintenance.ts'
import { endMaintenances } from '../../shared/db/maintenance-ends.ts'
import { listMaintenances, listMaintenancesOfHost } from '../../shared/db/maintenance-lists.ts'
import { listAuditEvents, listEventsOfHost } from '../../shared/db/operator-events.ts'
import { listHostPage, readHostDetail } from '../../shared/db/operator-hosts.ts'
import { isHost, listVerdicts } from '../../shared/db/operator-scans.ts'
import { groupHosts, readSchemaVersion } from '../../shared/db/operator-status.ts'
import { lockPolicy, readPolicy, readSchedulePolicy, savePolicy } from '../../shared/db/policy.ts'
import { isScheduleApplied } from '../../shared/db/probe-schedules.ts'
import { readHold } from '../../shared/db/prober-hold.ts'
import { readServerParameters } from '../../shared/db/server-parameters.ts'
import type { AuditEvent, AuditRecord } from '../../shared/domain/audit-events.ts'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import { FUNCTIONS } from '../../shared/domain/functions.ts'
import type { HostSelector } from '../../shared/domain/host-selector.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import type { Maintenance } from '../../shared/domain/maintenance.ts'
import type { EventQuery, HostPageQuery } from '../../shared/domain/operator-queries.ts'
import { type PolicyValues, parseAllowedAddresses } from '../../shared/domain/policy.ts'
import type { ScanKey } from '../../shared/domain/scan-reading.ts'
import type { ServerParameters } from '../../shared/domain/server-parameters.ts'
import { IPV6, parseEnvironment, SERVER_PARAMETERS } from './config.ts'
import { depsFromEnvironment, type FunctionDeps } from './deps.ts'

type Installation = {
  readonly stage: string
  readonly serverParameters: ServerParameters
  /** Whether probes can reach IPv6 hosts. */
  readonly hasIpv6: boolean
}

export type OperateDeps = FunctionDeps & {
  readonly installation: Installation
}

const OPERATE_ENVIRONMENT = {
  SERVER_PARAMETERS,
  IPV6,
}

/**
 * Reads the environment variables of the operate function.
 *
 * @throws ConfigurationError naming every variable that is missing or wrong.
 */
export function operateDepsFromEnvironment(env: NodeJS.ProcessEnv): OperateDeps {
  const config = parseEnvironment(env, OPERATE_ENVIRONMENT)
  return {
    ...depsFromEnvironment(env, 'operate'),
    installation: {
      stage: config.STAGE,
      serverParameters: config.SERVER_PARAMETERS,
      hasIpv6: config.IPV6 === 'yes',
    },
  }
}

/** The real ports of one command: one transaction. `correlationId` is the invocation's, as CloudTrail has it. */
export const operatePorts = (deps: OperateDeps, correlationId: string, deadline: AbortSignal) => ({
  now: deps.now,
  reading: <T>(body: (ports: ReturnType<typeof reads>) => Promise<T>): Promise<T> =>
    deps.database.until(deadline).transaction('snapshot', (tx) => body(reads(tx, deps))),
  writing: <T>(
    body: (ports: ReturnType<typeof writes> & { readonly hasIpv6: boolean }) => Promise<T>,
  ): Promise<T> =>
    deps.database
      .until(deadline)
      .transaction('write', (tx) =>
        body({ ...writes(tx, correlationId, deps.now), hasIpv6: deps.installation.hasIpv6 }),
      ),
})

const reads = (tx: Tx, deps: OperateDeps) => {
  const now = deps.now()
  return {
    installation: deps.installation,
    schemaVersion: () => readSchemaVersion(tx),
    hold: () => readHold(tx),
    groupHosts: (lateSince: Date) => groupHosts(tx, lateSince),
    serverParameters: () => readServerParameters(tx),
    hostPage: (query: HostPageQuery) => listHostPage(tx, query, now),
    findHosts: (text: string) => findHosts(tx, text),
    hostDetail: (id: HostId) => readHostDetail(tx, id, now),
    maintenancesOf: (id: HostId) => listMaintenancesOfHost(tx, id, now),
    maintenances: (limit: number, names: number) => listMaintenances(tx, now, { limit, names }),
    recentEvents: (id: HostId, limit: number) => listEventsOfHost(tx, id, limit),
    schedulePolicy: () => readSchedulePolicy(tx),
    hostIds: () => readHostIds(tx),
    isScheduleApplied: (name: string) => isScheduleApplied(tx, name),
    isHost: (id: HostId) => isHost(tx, id),
    verdicts: (id: HostId, limit: number) => listVerdicts(tx, id, limit),
    auditEvents: (query: EventQuery) => listAuditEvents(tx, query),
    policy: () => readPolicy(tx),
  }
}

const writes = (tx: Tx, correlationId: string, now: () => Date) => ({
  allowedAddresses: async () => parseAllowedAddresses(await readPolicy(tx)),
  saveHosts: (hosts: readonly FleetHost[], source: string) => saveHostsOfSource(tx, source, hosts),
  markHostsDeleted: (ids: readonly HostId[]) => markHostsDeleted(tx, ids),
  lockPolicy: () => lockPolicy(tx),
  savePolicy: (policy: PolicyValues) => savePolicy(tx, policy),
  forgetScan: (scan: ScanKey) => forgetScan(tx, scan),
  newId: randomUUID,
  ...maintenanceWrites(tx, now),
  saveEvent: (event: AuditEvent) =>
    saveEvent(tx, { id: randomUUID(), correlationId, occurredAt: now(), event }),
  saveEndEvent: (id: string, event: AuditEvent) =>
    saveEvent(tx, { id, correlationId, occurredAt: now(), event }),
})

async function saveEvent(tx: Tx, event: Omit<AuditRecord, 'actorId'>): Promise<void> {
  await insertAuditEvents(tx, [{ ...event, actorId: FUNCTIONS.operate.service }])
}

const maintenanceWrites = (tx: Tx, now: () => Date) => ({
  selectHosts: (selectors: readonly HostSelector[], limit: number) => selectHosts(tx, selectors, limit),
  saveMaintenance: async (maintenance: Maintenance, hostIds: readonly HostId[]): Promise<void> => {
    await holdMaintenanceLock(tx)
    await forgetOldMaintenances(tx, maintenance.startsAt)
    await saveMaintenance(tx, maintenance, hostIds)
  },
  findMaintenances: (ids: readonly string[]) => findMaintenances(tx, ids),
  endMaintenances: async (which: Parameters<typeof endMaintenances>[2]) => {
    await holdMaintenanceLock(tx)
    return endMaintenances(tx, now(), which)
  },
})
