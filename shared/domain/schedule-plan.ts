import { clampIntervalMs, MINUTE_MS, periodMinutes, phaseMs, spreadHash } from './cadence.ts'
import type { HostId } from './ids.ts'
import { MAX_HOSTS_PER_INVOCATION, type ScheduleSpec } from './schedules.ts'

export type SchedulePolicy = {
  /** The interval before jitter. */
  readonly intervalMs: number
  /** 1 to 500. From some thousands of hosts on, one invocation per host costs about twenty times more than buckets. */
  readonly hostsPerSchedule: number
}

/** The schedules that the fleet should have, whatever the order of the hosts. */
export function planSchedules(
  hosts: readonly { readonly id: HostId }[],
  policy: SchedulePolicy,
): ScheduleSpec[] {
  const intervalMs = clampIntervalMs(policy.intervalMs)
  const most = Math.min(MAX_HOSTS_PER_INVOCATION, Math.max(1, Math.floor(policy.hostsPerSchedule)))
  if (most === 1) return hosts.map(({ id }) => scheduleOfItsOwn(id, periodMinutes(intervalMs, id)))

  const byPeriod = Map.groupBy(hosts, ({ id }) => periodMinutes(intervalMs, id))
  return [...byPeriod].flatMap(([period, sharing]) => {
    const members = sharing.map(({ id }) => ({ id, hash: Number(BigInt.asUintN(HASH_BITS, spreadHash(id))) }))
    return buckets(members, { period, depth: 0, remainder: 0 }, most)
  })
}

function scheduleOfItsOwn(id: HostId, period: number): ScheduleSpec {
  return {
    name: `h-${id}`,
    periodMinutes: period,
    phaseMs: phaseMs(id, period * MINUTE_MS),
    hostIds: [id],
  }
}

/** How many low bits of a host's hash choose its bucket. */
const HASH_BITS = 32

type Member = { readonly id: HostId; readonly hash: number }
/** The place of the hosts whose hash is `remainder` modulo 2^depth. */
type Place = { readonly period: number; readonly depth: number; readonly remainder: number }

/**
 * A bucket that is too full splits in two by the next bit of the hash, and no other bucket notices: a host
 * that comes or goes changes its own bucket only.
 */
function buckets(members: readonly Member[], place: Place, most: number): ScheduleSpec[] {
  if (members.length === 0) return []
  if (members.length <= most) return [bucket(place, members)]
  if (place.depth === HASH_BITS) return slices(members, place, most)
  const isOne = ({ hash }: Member): boolean => ((hash >>> place.depth) & 1) === 1
  const depth = place.depth + 1
  return [
    ...buckets(
      members.filter((member) => !isOne(member)),
      { ...place, depth },
      most,
    ),
    ...buckets(
      members.filter(isOne),
      { ...place, depth, remainder: place.remainder + 2 ** place.depth },
      most,
    ),
  ]
}

/** Hosts that agree in all 32 bits: only a fleet of millions, or ids made for it, has more than one of them. */
function slices(members: readonly Member[], place: Place, most: number): ScheduleSpec[] {
  const sorted = members.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return Array.from({ length: Math.ceil(sorted.length / most) }, (_, i) =>
    bucket(place, sorted.slice(i * most, (i + 1) * most), `-${i}`),
  )
}

function bucket(place: Place, members: readonly Member[], suffix = ''): ScheduleSpec {
  return {
    name: `b-${place.period}m-${place.depth}-${place.remainder.toString(16)}${suffix}`,
    periodMinutes: place.period,
    phaseMs: Math.floor(mirrored(place) * place.period * MINUTE_MS),
    hostIds: members.map(({ id }) => id).sort(),
  }
}

/** The bits of the remainder, mirrored at the point: buckets of one depth lie evenly in [0, 1). */
function mirrored({ depth, remainder }: Place): number {
  let position = 0
  for (let bit = 0; bit < depth; bit++) position += ((remainder >>> bit) & 1) / 2 ** (bit + 1)
  return position
}
