import { spreadHash } from '../../shared/domain/cadence.ts'
import { finalize64 } from '../../shared/domain/hash.ts'
import { type HostId, parseHostId } from '../../shared/domain/ids.ts'

export type SimulatedFleet = {
  readonly hosts: readonly { readonly id: HostId }[]
  /** Where a host stands in [0, 1) when some are down: those below the share of hosts that are. */
  readonly ranks: ReadonlyMap<HostId, number>
}

/** Any odd number apart from zero: the rank must not follow from what chooses phase and bucket. */
const SALT = 0x9e3779b97f4a7c15n

/** The same hosts each time, their ids as evenly spread as random ones. */
export function simulatedFleet(size: number): SimulatedFleet {
  const hosts = Array.from({ length: size }, (_, i) => ({ id: idOf(i) }))
  const ranks = new Map(hosts.map(({ id }) => [id, Number(finalize64(spreadHash(id) ^ SALT)) / 2 ** 64]))
  return { hosts, ranks }
}

function idOf(index: number): HostId {
  const hex = [2 * index + 1, 2 * index + 2]
    .map((n) => finalize64(BigInt(n)).toString(16).padStart(16, '0'))
    .join('')
  return parseHostId(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
}
