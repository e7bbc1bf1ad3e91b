import { periodMinutes, spreadHash } from './cadence.ts'
import type { HostIdList } from './host-id-list.ts'
import type { HostId } from './ids.ts'

/** How many low bits of a host's hash choose its bucket. */
export const HASH_BITS = 32

/** The bits of a host's hash that choose its bucket, as a whole number below 2^32. */
export const lowHash = (id: HostId): number => Number(BigInt.asUintN(HASH_BITS, spreadHash(id)))

/**
 * The most hosts that can be placed, 16,777,216: the number of a host in its list is in the low bits of its key,
 * below its hash and its period.
 */
export const MAX_PLACED_HOSTS = 2 ** 24
const INDEX_BITS = 24n
const PERIOD_SHIFT = INDEX_BITS + BigInt(HASH_BITS)
const INDEX_MASK = 2n ** INDEX_BITS - 1n
const HASH_MASK = 2n ** BigInt(HASH_BITS) - 1n

/**
 * Hosts sorted by their period, and then by the bits of their hash, lowest first: all hosts of one period that agree
 * in any number of low bits stand side by side, so that a node of the tree over these bits is a range of positions.
 * 8 bytes per host.
 */
export type PlacedHosts = {
  /** The range of each period: its first position, and the one after its last. */
  readonly periods: () => Iterable<readonly [start: number, end: number]>
  readonly periodMinutesAt: (position: number) => number
  readonly hashAt: (position: number) => number
  readonly idsBetween: (start: number, end: number) => HostId[]
  /** The first position of a range whose hash has this bit, or `end`. The hosts must agree in all lower bits. */
  readonly firstWithBit: (bit: number, start: number, end: number) => number
  /** Sorts a range whose hosts agree in all bits. */
  readonly sortById: (start: number, end: number) => void
}

/** @throws RangeError when there are more than MAX_PLACED_HOSTS. */
export function placeHosts(hosts: HostIdList, intervalMs: number): PlacedHosts {
  if (hosts.length > MAX_PLACED_HOSTS) throw new RangeError(`more than ${MAX_PLACED_HOSTS} hosts`)
  const keys = sortedKeys(hosts, intervalMs)
  const keyAt = (position: number): bigint => keys[position] ?? 0n
  const idAt = (position: number): HostId => hosts.at(Number(keyAt(position) & INDEX_MASK))
  const periodMinutesAt = (position: number): number => Number(keyAt(position) >> PERIOD_SHIFT)
  const hashAt = (position: number): number => mirrored(Number((keyAt(position) >> INDEX_BITS) & HASH_MASK))
  return {
    periodMinutesAt,
    hashAt,
    idsBetween: (start, end) => Array.from({ length: end - start }, (_, i) => idAt(start + i)),
    *periods() {
      for (let start = 0; start < keys.length; ) {
        const period = periodMinutesAt(start)
        const end = firstPosition(start, keys.length, (position) => periodMinutesAt(position) > period)
        yield [start, end]
        start = end
      }
    },
    firstWithBit: (bit, start, end) =>
      firstPosition(start, end, (position) => ((hashAt(position) >>> bit) & 1) === 1),
    sortById: (start, end) => {
      const range = keys.subarray(start, end)
      const readId = (key: bigint): HostId => hosts.at(Number(key & INDEX_MASK))
      range.set([...range].sort((a, b) => (readId(a) < readId(b) ? -1 : 1)))
    },
  }
}

function sortedKeys(hosts: HostIdList, intervalMs: number): BigUint64Array {
  const keys = new BigUint64Array(hosts.length)
  let index = 0
  for (const id of hosts) {
    const place = (BigInt(periodMinutes(intervalMs, id)) << BigInt(HASH_BITS)) | BigInt(mirrored(lowHash(id)))
    keys[index] = (place << INDEX_BITS) | BigInt(index)
    index += 1
  }
  return keys.sort()
}

/** The bits of a 32-bit number in the opposite order. */
function mirrored(hash: number): number {
  let result = 0
  for (let bit = 0; bit < HASH_BITS; bit++) result = (result << 1) | ((hash >>> bit) & 1)
  return result >>> 0
}

/** The first position in [start, end) that is `after`, or `end`: all positions behind it must be `after` too. */
function firstPosition(start: number, end: number, after: (position: number) => boolean): number {
  let [low, high] = [start, end]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (after(middle)) high = middle
    else low = middle + 1
  }
  return low
}
