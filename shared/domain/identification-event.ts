import type { Describes } from './audit-event-shape.ts'
import type { HostId } from './ids.ts'

export type SshIdentificationChanged = Describes<
  'host.ssh_identification.changed',
  'warning',
  {
    readonly host_id: string
    /** The line with which the server identified itself before, without its line end. */
    readonly before: string
    readonly after: string
  }
>

/**
 * The event of a host whose SSH server identifies itself otherwise than the one that answered before; null where it
 * is the same, or the first that is known. The server was upgraded, or another machine has the address.
 */
export function sshIdentificationChanged(
  hostId: HostId,
  before: string | null,
  after: string,
): SshIdentificationChanged | null {
  if (before === null || before === after) return null
  return {
    action: 'host.ssh_identification.changed',
    severity: 'warning',
    outcome: 'success',
    resourceType: 'host',
    resourceId: hostId,
    detail: { host_id: hostId, before, after },
  }
}
