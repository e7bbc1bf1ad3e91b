import type { FlappingPolicy } from './flapping.ts'
import type { HostId } from './ids.ts'
import type { ReachabilityStatus } from './reachability.ts'

/** A host that was flapping and has been quiet since. */
export type SettledHost = {
  readonly hostId: HostId
  readonly status: ReachabilityStatus
  readonly startedAt: Date
  readonly lastChangeAt: Date
}

/** Flapping hosts, and how to end that, until the transaction ends. */
export type FlappingHosts = {
  readonly policy: FlappingPolicy
  /** Lists those that changed last before a time. */
  readonly listQuiet: (before: Date) => Promise<readonly SettledHost[]>
  /** Stores when each host has stopped, and audits it; returns those that nobody else has ended. */
  readonly stop: (
    hosts: readonly (SettledHost & { readonly stoppedAt: Date })[],
  ) => Promise<readonly SettledHost[]>
  readonly count: () => Promise<number>
}
