import type { Describes } from './audit-event-shape.ts'

/** A host that a statement has added to the fleet, or changed. */
export type FleetHostChange = {
  readonly name: string
  /** Whether the fleet did not have the host before; false for one that was changed. */
  readonly isNew: boolean
}

export type FleetHostsAdded = Describes<
  'fleet.hosts.added',
  'info',
  {
    /** Who brought the hosts: `import`, or `file:<machine>:<path>` for `npm start`. */
    readonly source: string
    readonly added: number
    readonly changed: number
    /** The names of the hosts that were added or changed, at most MAX_NAMES_IN_EVENT, sorted. */
    readonly names: readonly string[]
  },
  'fleet'
>

export type FleetHostsRemoved = Describes<
  'fleet.hosts.removed',
  'info',
  { readonly source: string; readonly removed: number; readonly names: readonly string[] },
  'fleet'
>

/** Enough to recognise what was done; an event stays below 6 kB of names. */
export const MAX_NAMES_IN_EVENT = 20

/** The id of the only fleet in the audit log. */
const THE_FLEET = 'fleet'

/** The event of hosts that one command added or changed; null where it changed nothing. */
export function fleetHostsAdded(source: string, changes: readonly FleetHostChange[]): FleetHostsAdded | null {
  if (changes.length === 0) return null
  const added = changes.filter(({ isNew }) => isNew).length
  return {
    action: 'fleet.hosts.added',
    severity: 'info',
    outcome: 'success',
    resourceType: 'fleet',
    resourceId: THE_FLEET,
    detail: { source, added, changed: changes.length - added, names: firstNames(changes) },
  }
}

/** The event of hosts that one command removed from the fleet; null where it removed none. */
export function fleetHostsRemoved(
  source: string,
  hosts: readonly { readonly name: string }[],
): FleetHostsRemoved | null {
  if (hosts.length === 0) return null
  return {
    action: 'fleet.hosts.removed',
    severity: 'info',
    outcome: 'success',
    resourceType: 'fleet',
    resourceId: THE_FLEET,
    detail: { source, removed: hosts.length, names: firstNames(hosts) },
  }
}

const firstNames = (hosts: readonly { readonly name: string }[]): string[] =>
  hosts
    .map(({ name }) => name)
    .sort()
    .slice(0, MAX_NAMES_IN_EVENT)
