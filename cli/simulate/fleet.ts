import { spreadHash } from '../../shared/domain/cadence.ts'
import { finalize64 } from '../../shared/domain/hash.ts'
import { type HostId, parseHostId } from '../../shared/domain/ids.ts'

export type SimulatedFleet = {
  readonly hosts: readonly { readonly id: HostId }[]
  /** A number in [0, 1) per host. A host is down when its number is below the share of hosts that are down. */
  readonly ranks: ReadonlyMap<HostId, number>
}

/** Any odd seed: the rank of a host must not depend on the hash that chooses phase and bucket. */
const SALT = 0x9e3779b97f4a7c15n

/** Creates the same hosts each time. Their ids are as evenly distributed as random ones. */
export function simulatedFleet(size: number): SimulatedFleet {
  const hosts = Array.from({ length: size }, (_, i) => ({ id: createId(i) }))
  const ranks = new Map(hosts.map(({ id }) => [id, Number(finalize64(spreadHash(id) ^ SALT)) / 2 ** 64]))
  return { hosts, ranks }
}

function createId(index: number): HostId {
  const hex = [2 * index + 1, 2 * index + 2]
    .map((n) => finalize64(BigInt(n)).toString(16).padStart(16, '0'))
    .join('')
  return parseHostId(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
}
