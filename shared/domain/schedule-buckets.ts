import { periodMinutes } from './cadence.ts'
import type { HostIdList } from './host-id-list.ts'
import type { HostId } from './ids.ts'
import { type LazyList, lazyList } from './lazy-list.ts'
import { HASH_BITS, lowHash, type PlacedHosts, placeHosts } from './placed-hosts.ts'

/** Hosts of one period that share a schedule: those whose hash is `remainder` modulo 2^`depth`. */
export type Bucket = {
  readonly periodMinutes: number
  readonly depth: number
  readonly remainder: number
  /** Which part this is of the hosts that agree in all bits of their hash and are too many; null for the others. */
  readonly slice: number | null
  /** The hosts, in any order. */
  readonly hostIds: readonly HostId[]
}

/**
 * Packs the hosts into buckets of at most `most`. A bucket that is too full splits in two by the next bit of the
 * hash, and no other bucket changes: a host that comes or goes changes its own bucket only.
 */
export function packBuckets(hosts: HostIdList, intervalMs: number, most: number): LazyList<Bucket> {
  const placed = placeHosts(hosts, intervalMs)
  const starts = new Uint32Array(hosts.length + 1)
  const depths = new Uint8Array(hosts.length)
  /** The number of the slice, by the number of the bucket, for the few buckets that are slices. */
  const slices = new Map<number, number>()
  let count = 0
  for (const { start, depth, slice } of rangesOfFleet(placed, most)) {
    starts[count] = start
    depths[count] = depth
    if (slice !== null) slices.set(count, slice)
    count += 1
  }
  starts[count] = hosts.length
  return lazyList(count, (i) => {
    const [start = 0, end = 0] = starts.subarray(i, i + 2)
    return bucketAt(placed, { start, end, depth: depths[i] ?? 0, slice: slices.get(i) ?? null })
  })
}

/** The positions of the hosts of one bucket; of a slice, `end` is that of the last slice. */
type Range = {
  readonly start: number
  readonly end: number
  readonly depth: number
  readonly slice: number | null
}

function* rangesOfFleet(placed: PlacedHosts, most: number): Generator<Range> {
  for (const [start, end] of placed.periods()) {
    yield* rangesOf(placed, most, { start, end, depth: 0, slice: null })
  }
}

function* rangesOf(placed: PlacedHosts, most: number, range: Range): Generator<Range> {
  const { start, end, depth } = range
  if (start === end) return
  if (end - start <= most) {
    yield range
  } else if (depth === HASH_BITS) {
    yield* slicesOf(placed, most, range)
  } else {
    const middle = placed.firstWithBit(depth, start, end)
    yield* rangesOf(placed, most, { start, end: middle, depth: depth + 1, slice: null })
    yield* rangesOf(placed, most, { start: middle, end, depth: depth + 1, slice: null })
  }
}

/** Hosts that agree in all bits: only a fleet of millions, or ids made for it, has more than one of them. */
function* slicesOf(placed: PlacedHosts, most: number, range: Range): Generator<Range> {
  placed.sortById(range.start, range.end)
  for (let start = range.start; start < range.end; start += most) {
    yield { ...range, start, slice: (start - range.start) / most }
  }
}

const bucketAt = (placed: PlacedHosts, { start, end, depth, slice }: Range): Bucket => ({
  periodMinutes: placed.periodMinutesAt(start),
  depth,
  remainder: computeRemainder(placed.hashAt(start), depth),
  slice,
  hostIds: placed.idsBetween(start, end),
})

const computeRemainder = (hash: number, depth: number): number => hash % 2 ** depth

/**
 * The bucket of one host of the fleet, as `packBuckets` packs it, in a fraction of the time.
 *
 * @throws Error when the fleet does not have the host.
 */
export function findBucket(hostId: HostId, hosts: HostIdList, intervalMs: number, most: number): Bucket {
  const period = periodMinutes(intervalMs, hostId)
  const hash = lowHash(hostId)
  let sharing: HostId[] = []
  for (const id of hosts) if (periodMinutes(intervalMs, id) === period) sharing.push(id)
  let depth = 0
  for (; sharing.length > most && depth < HASH_BITS; depth++) {
    const remainder = computeRemainder(hash, depth + 1)
    sharing = sharing.filter((id) => computeRemainder(lowHash(id), depth + 1) === remainder)
  }
  const position = sharing.sort().indexOf(hostId)
  if (position < 0) throw new Error(`the fleet does not have the host ${hostId}`)
  const bucket = { periodMinutes: period, depth, remainder: computeRemainder(hash, depth) }
  if (sharing.length <= most) return { ...bucket, slice: null, hostIds: sharing }
  const slice = Math.floor(position / most)
  return { ...bucket, slice, hostIds: sharing.slice(slice * most, (slice + 1) * most) }
}
