import type { PolicyValues } from '../../shared/domain/policy-event.ts'
import type { FoundHost, OperateAnswer } from './answers.ts'
import { type ImportHostsPorts, importHosts, type RemoveHostsPorts, removeHosts } from './change-fleet.ts'
import type { OperateEvent } from './event.ts'
import { type ListEventsPorts, listEvents } from './list-events.ts'
import { type ListHostsPorts, listHosts } from './list-hosts.ts'
import { type SetPolicyPorts, setPolicy } from './set-policy.ts'
import { type ShowHostPorts, showHost } from './show-host.ts'

type Reads = ListHostsPorts &
  ShowHostPorts &
  ListEventsPorts & {
    readonly findHosts: (text: string) => Promise<FoundHost[]>
    readonly policy: () => Promise<PolicyValues>
  }
type Writes = ImportHostsPorts & RemoveHostsPorts & SetPolicyPorts

export type OperatePorts = {
  /** All reads of the body see one state of the database. */
  readonly reading: <T>(body: (ports: Reads) => Promise<T>) => Promise<T>
  /** What the body writes is kept together or not at all. */
  readonly writing: <T>(body: (ports: Writes) => Promise<T>) => Promise<T>
  readonly now: () => Date
}

/** Does what an operator asks for: one command, one transaction. */
export function operate(ports: OperatePorts, event: OperateEvent): Promise<OperateAnswer> {
  switch (event.command) {
    case 'hosts':
      return ports.reading((read) => listHosts(read, event))
    case 'find':
      return ports.reading(async (read) => ({ hosts: await read.findHosts(event.text) }))
    case 'host':
      return ports.reading((read) => showHost(read, event, ports.now()))
    case 'events':
      return ports.reading((read) => listEvents(read, event))
    case 'policy':
      return ports.reading(async (read) => ({ policy: await read.policy() }))
    case 'import':
      return ports.writing((write) => importHosts(write, event))
    case 'remove':
      return ports.writing((write) => removeHosts(write, event))
    case 'policy.set':
      return ports.writing((write) => setPolicy(write, event))
  }
}
