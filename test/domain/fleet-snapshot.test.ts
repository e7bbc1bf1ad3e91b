import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppliedSchedules, formatSpecHash } from '../../shared/domain/applied-schedules.ts'
import { type SnapshotHost, SnapshotHosts } from '../../shared/domain/fleet-snapshot.ts'
import { HostIdList } from '../../shared/domain/host-id-list.ts'
import { parseHostId } from '../../shared/domain/ids.ts'
import { REACHABILITY_STATUSES } from '../../shared/domain/reachability.ts'

const anyHost: fc.Arbitrary<SnapshotHost> = fc.record({
  id: fc.uuid().map(parseHostId),
  status: fc.constantFrom(...REACHABILITY_STATUSES),
  waitingSinceMs: fc.integer({ min: 0, max: 8.64e15 }),
  isUnprobeable: fc.boolean(),
  isInMaintenance: fc.boolean(),
})

describe('the hosts of a snapshot', () => {
  it('the hosts of a snapshot are as they were added, however much room there was', () => {
    fc.assert(
      fc.property(fc.array(anyHost), fc.nat({ max: 20 }), (hosts, capacity) => {
        const list = new SnapshotHosts(capacity)
        for (const host of hosts) list.push(host)
        const read = hosts.map((_, i) => ({
          id: list.ids.at(i),
          status: list.statusAt(i),
          waitingSinceMs: list.waitingSinceMsAt(i),
          isUnprobeable: list.isUnprobeableAt(i),
          isInMaintenance: list.isInMaintenanceAt(i),
        }))
        expect(list.length).toBe(hosts.length)
        expect(read).toEqual(hosts)
      }),
    )
  })
})

describe('a list of host ids', () => {
  it('a list of host ids has each id as it was added, in the same order', () => {
    fc.assert(
      fc.property(fc.array(fc.uuid().map(parseHostId)), (ids) => {
        const list = HostIdList.of(ids)
        expect([...list]).toEqual(ids)
        expect(list.length).toBe(ids.length)
      }),
    )
  })

  it('a list of host ids has no id outside of it', () => {
    const list = new HostIdList(5)
    list.push(parseHostId('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005'))
    for (const index of [-1, 1, 5]) expect(() => list.at(index)).toThrow(RangeError)
  })
})

describe('what was applied', () => {
  const anyHash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })

  it('what was applied has for each name the hash that was set last, and no other', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), anyHash)), anyHash, (set, other) => {
        const applied = AppliedSchedules.of(set.map(([name, hash]) => [name, formatSpecHash(hash)]))
        const last = new Map(set)
        expect([...applied.names].sort()).toEqual([...last.keys()].sort())
        for (const [name, hash] of last) {
          expect(applied.isAt(applied.names.indexOf(name), hash)).toBe(true)
          expect(applied.isAt(applied.names.indexOf(name), other)).toBe(other === hash)
        }
      }),
    )
  })

  it.each(['', 'pending', '123', 'ffffffffffffffff0', ' ffffffffffffffff'])(
    'what was applied has no hash where %j stands instead of one',
    (text) => {
      const applied = AppliedSchedules.of([['a', text]])
      expect(applied.names.indexOf('a')).toBe(0)
      for (const hash of [0n, 0x123n, 2n ** 64n - 1n, 2n ** 64n - 16n])
        expect(applied.isAt(0, hash)).toBe(false)
      expect(applied.isAt(1, 0n)).toBe(false)
    },
  )
})
