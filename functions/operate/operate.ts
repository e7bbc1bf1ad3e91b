import type { PolicyValues } from '../../shared/domain/policy-event.ts'
import type { FoundHost, OperateAnswer } from './answers.ts'
import { type ImportHostsWorld, importHosts, type RemoveHostsWorld, removeHosts } from './change-fleet.ts'
import type { OperateEvent } from './event.ts'
import { type ListEventsWorld, listEvents } from './list-events.ts'
import { type ListHostsWorld, listHosts } from './list-hosts.ts'
import { type SetPolicyWorld, setPolicy } from './set-policy.ts'
import { type ShowHostWorld, showHost } from './show-host.ts'

type Reads = ListHostsWorld &
  ShowHostWorld &
  ListEventsWorld & {
    readonly findHosts: (text: string) => Promise<FoundHost[]>
    readonly policy: () => Promise<PolicyValues>
  }
type Writes = ImportHostsWorld & RemoveHostsWorld & SetPolicyWorld

export type OperateWorld = {
  /** All reads of the body see one state of the database. */
  readonly reading: <T>(body: (world: Reads) => Promise<T>) => Promise<T>
  /** What the body writes is kept together or not at all. */
  readonly writing: <T>(body: (world: Writes) => Promise<T>) => Promise<T>
  readonly now: () => Date
}

/** Does what an operator asks for: one command, one transaction. */
export function operate(world: OperateWorld, event: OperateEvent): Promise<OperateAnswer> {
  switch (event.command) {
    case 'hosts':
      return world.reading((read) => listHosts(read, event))
    case 'find':
      return world.reading(async (read) => ({ hosts: await read.findHosts(event.text) }))
    case 'host':
      return world.reading((read) => showHost(read, event, world.now()))
    case 'events':
      return world.reading((read) => listEvents(read, event))
    case 'policy':
      return world.reading(async (read) => ({ policy: await read.policy() }))
    case 'import':
      return world.writing((write) => importHosts(write, event))
    case 'remove':
      return world.writing((write) => removeHosts(write, event))
    case 'policy.set':
      return world.writing((write) => setPolicy(write, event))
  }
}
