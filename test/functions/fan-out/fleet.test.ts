import { describe, expect, it } from 'vitest'
import { measureFleet } from '../../../functions/fan-out/fleet.ts'
import { periodMinutes } from '../../../shared/domain/cadence.ts'
import { type SnapshotHost, SnapshotHosts } from '../../../shared/domain/fleet-snapshot.ts'
import type { ReachabilityStatus } from '../../../shared/domain/reachability.ts'
import { randomFleet } from '../../support/random-fleet.ts'

const NOW_MS = Date.UTC(2030, 0, 1)
const INTERVAL_MS = 300_000

const hosts = (count: number, status: ReachabilityStatus, waitedMs: number): SnapshotHost[] =>
  randomFleet(count).map(({ id }) => ({
    id,
    status,
    waitingSinceMs: NOW_MS - waitedMs,
    isUnprobeable: false,
    isInMaintenance: false,
  }))

const measure = (...fleet: SnapshotHost[]) => measureFleet(SnapshotHosts.of(fleet), INTERVAL_MS, NOW_MS)

describe('the gauges of the fleet', () => {
  it('the gauges of the fleet count the hosts by state, the never probed as unknown', () => {
    const gauges = measure(
      ...hosts(3, 'unknown', 0),
      ...hosts(5, 'reachable', 0),
      ...hosts(2, 'unreachable', 0),
    )
    expect(gauges).toEqual({
      unknown: 3,
      reachable: 5,
      unreachable: 2,
      inMaintenance: 0,
      unprobeable: 0,
      oldestOverdueSeconds: 0,
      secondsWithoutProbe: 0,
    })
  })

  it('the gauges of the fleet count a host under maintenance as that, whatever its state, and wait for it as for any other', () => {
    const quiet = [...hosts(2, 'unreachable', 0), ...hosts(1, 'reachable', 0)].map((host) => ({
      ...host,
      isInMaintenance: true,
    }))
    expect(measure(...quiet, ...hosts(4, 'reachable', 0), ...hosts(1, 'unreachable', 0))).toEqual({
      unknown: 0,
      reachable: 4,
      unreachable: 1,
      inMaintenance: 3,
      unprobeable: 0,
      oldestOverdueSeconds: 0,
      secondsWithoutProbe: 0,
    })
    const [late] = hosts(1, 'reachable', 90_000_000).map((host) => ({ ...host, isInMaintenance: true }))
    if (!late) throw new Error('no host')
    expect(measure(late).oldestOverdueSeconds).toBeGreaterThan(80_000)
  })

  it('the gauges of the fleet are all 0 for no hosts', () => {
    expect(measure()).toEqual({
      unknown: 0,
      reachable: 0,
      unreachable: 0,
      inMaintenance: 0,
      unprobeable: 0,
      oldestOverdueSeconds: 0,
      secondsWithoutProbe: 0,
    })
  })

  it('the gauges of the fleet say by how much the longest wait exceeds the period of the host that waits', () => {
    const [late, later] = hosts(2, 'reachable', 0)
    if (!late || !later) throw new Error('no hosts')
    const overdue = (host: SnapshotHost, seconds: number): SnapshotHost => ({
      ...host,
      waitingSinceMs: NOW_MS - periodMinutes(INTERVAL_MS, host.id) * 60_000 - seconds * 1000,
    })
    expect(measure(overdue(late, 30)).oldestOverdueSeconds).toBe(30)
    for (const fleet of [
      [overdue(late, 30), overdue(later, 700)],
      [overdue(later, 700), overdue(late, 30)],
    ]) {
      expect(measure(...fleet, ...hosts(50, 'reachable', 60_000)).oldestOverdueSeconds).toBe(700)
    }
  })

  it('the gauges of the fleet count the hosts that cannot be probed, in whatever state, and call none of them overdue', () => {
    const [refused, moved] = [...hosts(1, 'unknown', 90_000_000), ...hosts(1, 'reachable', 90_000_000)]
    if (!refused || !moved) throw new Error('no hosts')
    const unprobeable = [refused, moved].map((host) => ({ ...host, isUnprobeable: true }))
    expect(measure(...unprobeable, ...hosts(3, 'reachable', 0))).toEqual({
      unknown: 1,
      reachable: 4,
      unreachable: 0,
      inMaintenance: 0,
      unprobeable: 2,
      oldestOverdueSeconds: 0,
      secondsWithoutProbe: 0,
    })
  })

  it('the gauges of the fleet call no host overdue that has waited for less than its period, or was probed just after now', () => {
    expect(measure(...hosts(100, 'reachable', 239_999)).oldestOverdueSeconds).toBe(0)
    expect(measure(...hosts(5, 'reachable', -2_000)).oldestOverdueSeconds).toBe(0)
  })

  it('the gauges of the fleet say for how long no host was probed, of those that can be', () => {
    const [refused] = hosts(1, 'unknown', 10_000).map((host) => ({ ...host, isUnprobeable: true }))
    if (!refused) throw new Error('no host')
    expect(measure(refused).secondsWithoutProbe).toBe(0)
    expect(measure(refused, ...hosts(3, 'reachable', 95_000)).secondsWithoutProbe).toBe(95)
    const fleet = [...hosts(3, 'reachable', 950_000), ...hosts(1, 'unreachable', 901_500)]
    expect(measure(...fleet).secondsWithoutProbe).toBe(901)
    expect(measure(...fleet, ...hosts(1, 'reachable', -2_000)).secondsWithoutProbe).toBe(0)
  })
})
