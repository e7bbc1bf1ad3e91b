import type { OperateAnswer } from '../../shared/contracts/operate-answer.ts'
import type { OperateRequest } from '../../shared/contracts/operate-request.ts'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import type { PolicyValues } from '../../shared/domain/policy.ts'
import { type ImportHostsPorts, importHosts, type RemoveHostsPorts, removeHosts } from './change-fleet.ts'
import { type ForgetScanPorts, forgetScan } from './forget-scan.ts'
import { type ListEventsPorts, listEvents } from './list-events.ts'
import { type ListHostsPorts, listHosts } from './list-hosts.ts'
import { type ListScansPorts, listScans } from './list-scans.ts'
import {
  type EndMaintenancePorts,
  endMaintenance,
  type ListMaintenancesPorts,
  listMaintenances,
  type StartMaintenancePorts,
  startMaintenance,
} from './maintenance.ts'
import { type SetPolicyPorts, setPolicy } from './set-policy.ts'
import { type ShowHostPorts, showHost } from './show-host.ts'
import { type ShowStatusPorts, showStatus } from './show-status.ts'

type Reads = ListHostsPorts &
  ShowHostPorts &
  ListEventsPorts &
  ListScansPorts &
  ListMaintenancesPorts &
  ShowStatusPorts & {
    readonly findHosts: (text: string) => Promise<FleetHost[]>
    readonly policy: () => Promise<PolicyValues>
  }
type Writes = ImportHostsPorts &
  RemoveHostsPorts &
  SetPolicyPorts &
  ForgetScanPorts &
  StartMaintenancePorts &
  EndMaintenancePorts

export type OperatePorts = {
  /** Runs the body in a transaction whose reads all see one state of the database. */
  readonly reading: <T>(body: (ports: Reads) => Promise<T>) => Promise<T>
  /** Runs the body in a transaction: all that it writes is kept, or nothing. */
  readonly writing: <T>(body: (ports: Writes) => Promise<T>) => Promise<T>
  readonly now: () => Date
}

/** Runs one command of an operator, in one transaction. */
export function operate(ports: OperatePorts, request: OperateRequest): Promise<OperateAnswer> {
  switch (request.command) {
    case 'hosts':
      return ports.reading((read) => listHosts(read, request))
    case 'find':
      return ports.reading(async (read) => ({ hosts: await read.findHosts(request.text) }))
    case 'host':
      return ports.reading((read) => showHost(read, request, ports.now()))
    case 'events':
      return ports.reading((read) => listEvents(read, request))
    case 'scans':
      return ports.reading((read) => listScans(read, request))
    case 'policy':
      return ports.reading(async (read) => ({ policy: await read.policy() }))
    case 'status':
      return ports.reading((read) => showStatus(read, ports.now()))
    case 'import':
      return ports.writing((write) => importHosts(write, request))
    case 'remove':
      return ports.writing((write) => removeHosts(write, request))
    case 'policy.set':
      return ports.writing((write) => setPolicy(write, request))
    case 'scans.forget':
      return ports.writing((write) => forgetScan(write, request))
    case 'maintenance.start':
      return ports.writing((write) => startMaintenance(write, request, ports.now()))
    case 'maintenance.list':
      return ports.reading((read) => listMaintenances(read))
    case 'maintenance.end':
      return ports.writing((write) => endMaintenance(write, request))
  }
}
