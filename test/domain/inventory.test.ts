import { describe, expect, it } from 'vitest'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import { type HostId, parseHostId } from '../../shared/domain/ids.ts'
import { type ListedMachine, planInventory } from '../../shared/domain/inventory.ts'
import { formatSource, machineHostId } from '../../shared/domain/inventory-source.ts'

const idOf = (n: number): HostId => parseHostId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`)

const host = (n: number, changes: Partial<FleetHost> = {}): FleetHost => ({
  id: idOf(n),
  name: `web-${n}`,
  address: `10.0.0.${n}`,
  port: 22,
  ...changes,
})

const running = (each: FleetHost): ListedMachine => ({
  id: each.id,
  name: each.name,
  state: 'running',
  host: each,
})
const inState = (n: number, state: 'starting' | 'gone'): ListedMachine => ({
  id: idOf(n),
  name: `web-${n}`,
  state,
})
const unusable = (n: number): ListedMachine => ({
  id: idOf(n),
  name: `web-${n}`,
  state: 'unusable',
  fault: 'it has no private address',
})

const fleet = (count: number): FleetHost[] => Array.from({ length: count }, (_, i) => host(i + 1))

/** The names of what is saved, leaves, and is kept. */
function planned(listed: readonly ListedMachine[], known: readonly FleetHost[], percent = 20) {
  const { save, leave, kept } = planInventory(listed, known, percent)
  return [save, leave, kept].map((hosts) => hosts.map(({ name }) => name).join(' '))
}

describe('the plan of an inventory', () => {
  it.each([
    ['a machine that runs is new', [running(host(1))], [], ['web-1', '', '']],
    ['a machine that runs is as it was', [running(host(1))], [host(1)], ['', '', '']],
    ['its name changed', [running(host(1, { name: 'db' }))], [host(1)], ['db', '', '']],
    ['its address changed', [running(host(1, { address: '10.0.9.9' }))], [host(1)], ['web-1', '', '']],
    ['its port changed', [running(host(1, { port: 2222 }))], [host(1)], ['web-1', '', '']],
    ['a new machine is being started', [inState(1, 'starting')], [], ['', '', '']],
    ['a known machine is being started again', [inState(1, 'starting')], [host(1)], ['', '', '']],
    ['a known machine is stopped', [inState(1, 'gone')], [host(1)], ['', 'web-1', '']],
    ['an unknown machine is stopped', [inState(1, 'gone')], [], ['', '', '']],
    ['a known machine has become unusable', [unusable(1)], [host(1)], ['', '', '']],
    ['a known machine is not listed', [], [host(1)], ['', 'web-1', '']],
  ] as const)('the plan of an inventory where %s', (_case, listed, known, expected) => {
    expect(planned(listed, known)).toEqual(expected)
  })

  it('the plan of an inventory lets as many machines leave at once as are listed as gone', () => {
    const [save, leave, kept] = planned(
      [1, 2, 3, 4].map((n) => inState(n, 'gone')),
      fleet(5),
    )
    expect([save, leave, kept]).toEqual(['', 'web-1 web-2 web-3 web-4 web-5', ''])
  })

  it.each([
    { known: 10, missing: 2, percent: 20, leaves: 2 },
    { known: 10, missing: 3, percent: 20, leaves: 0 },
    { known: 10, missing: 10, percent: 100, leaves: 10 },
    { known: 3, missing: 1, percent: 20, leaves: 1 },
    { known: 3, missing: 2, percent: 20, leaves: 0 },
    { known: 1, missing: 1, percent: 1, leaves: 1 },
    { known: 99, missing: 19, percent: 20, leaves: 19 },
    { known: 99, missing: 20, percent: 20, leaves: 0 },
  ])(
    'the plan of an inventory in which $missing of $known hosts are not listed lets $leaves leave at $percent %',
    ({ known, missing, percent, leaves }) => {
      const hosts = fleet(known)
      const { leave, kept } = planInventory(hosts.slice(missing).map(running), hosts, percent)
      expect([leave.length, kept.length]).toEqual([leaves, missing - leaves])
    },
  )

  it('the plan of an inventory that keeps hosts still takes in new ones, and lets those go that are gone', () => {
    const known = fleet(10)
    const listed = [running(host(11)), inState(1, 'gone'), ...known.slice(5).map(running)]
    expect(planned(listed, known)).toEqual(['web-11', 'web-1', 'web-2 web-3 web-4 web-5'])
  })
})

describe('the id of a machine', () => {
  const source = { kind: 'ec2', account: '111122223333', region: 'eu-west-1', roleArn: null } as const

  it('the id of a machine is the UUIDv5 of its ARN, and another in every account, region, kind and partition', () => {
    // python3 -c "import uuid; print(uuid.uuid5(uuid.UUID(NAMESPACE), 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc'))"
    expect(machineHostId(source, 'i-0abc')).toBe('676b6c85-b8e0-5d8f-afa3-5708d1088ff2')
    const ids = [
      source,
      { ...source, account: '444455556666' },
      { ...source, region: 'eu-west-2' },
      { ...source, kind: 'ssm' as const },
      { ...source, region: 'cn-north-1' },
      { ...source, region: 'us-gov-west-1' },
    ].map((each) => machineHostId(each, 'i-0abc'))
    expect(new Set(ids).size).toBe(6)
  })

  it('a source is named by its kind, its account and its region', () => {
    expect(formatSource({ ...source, roleArn: 'arn:aws:iam::111122223333:role/x' })).toBe(
      'ec2:111122223333:eu-west-1',
    )
  })
})
