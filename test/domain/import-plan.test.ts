import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deriveHostId } from '../../shared/domain/endpoint-id.ts'
import type { FleetHost } from '../../shared/domain/fleet-host.ts'
import { parseHostId } from '../../shared/domain/ids.ts'
import { planImport } from '../../shared/domain/import-plan.ts'

const host = (address: string, over: Partial<FleetHost> = {}): FleetHost => ({
  id: deriveHostId(address, 22),
  name: address,
  address,
  port: 22,
  ...over,
})
const GIVEN = parseHostId('11111111-1111-4111-8111-111111111111')

describe('an import', () => {
  it('an import tells what is new, what is different, and what is missing', () => {
    const present = [host('10.0.0.1'), host('10.0.0.2'), host('10.0.0.3')]
    const file = [host('10.0.0.1'), host('10.0.0.2', { name: 'web' }), host('10.0.0.4')]
    expect(planImport(file, present)).toEqual({
      hosts: file,
      added: [host('10.0.0.4')],
      changed: [host('10.0.0.2', { name: 'web' })],
      unchanged: 1,
      missing: [host('10.0.0.3')],
    })
  })

  it('an import takes a host that was given no id for the one at its address and port', () => {
    const present = [host('10.0.0.1', { id: GIVEN, name: 'web' })]
    expect(planImport([host('10.0.0.1')], present)).toMatchObject({
      added: [],
      changed: [{ id: GIVEN, name: '10.0.0.1' }],
      missing: [],
    })
  })

  it('an import lets a host with an id of its own move to another address', () => {
    const present = [host('10.0.0.1', { id: GIVEN })]
    expect(planImport([host('10.0.0.9', { id: GIVEN })], present)).toMatchObject({
      added: [],
      changed: [{ id: GIVEN, address: '10.0.0.9' }],
      missing: [],
    })
  })

  it('an import finds a host that the file gives by its name, also where its address has changed or was given before', () => {
    const byName = (address: string) =>
      host(address, { id: deriveHostId('web.example.org', 22), name: 'web.example.org' })
    const file = [{ ...byName('10.0.0.2'), hostName: 'web.example.org' }]
    // It has been given by name before.
    expect(planImport(file, [byName('10.0.0.1')])).toMatchObject({
      changed: [{ id: deriveHostId('web.example.org', 22), address: '10.0.0.2' }],
      missing: [],
    })
    // It has been given by address before, which is the same or another one now.
    for (const address of ['10.0.0.2', '10.0.0.1']) {
      const present = host(address, { name: 'web.example.org' })
      expect(planImport(file, [present])).toMatchObject({
        added: [],
        missing: [],
        hosts: [{ id: present.id }],
      })
    }
    expect(planImport(file, [])).toMatchObject({ added: [{ id: deriveHostId('web.example.org', 22) }] })
  })

  it('an import takes a host with the same name and address and another port for a changed one', () => {
    const present = [host('10.0.0.1', { id: GIVEN })]
    const file = [host('10.0.0.1', { id: GIVEN, port: 2222 })]
    expect(planImport(file, present)).toMatchObject({ added: [], changed: file, unchanged: 0, missing: [] })
  })

  it('an import keeps the id that the file gives, also where the fleet has another host at that address', () => {
    const present = [host('10.0.0.1')]
    const file = [host('10.0.0.1', { id: GIVEN })]
    expect(planImport(file, present)).toMatchObject({ hosts: [{ id: GIVEN }], added: file, missing: present })
  })

  it('an import keeps the id of a host that the fleet knows by its name, also where its new address was that of another', () => {
    const web = host('10.0.0.1', { id: deriveHostId('web.example.org', 22), name: 'web.example.org' })
    const moved = { ...web, address: '10.0.0.2' }
    const plan = planImport([{ ...moved, hostName: 'web.example.org' }], [web, host('10.0.0.2')])
    expect(plan).toMatchObject({ hosts: [moved], changed: [moved], missing: [host('10.0.0.2')] })
  })

  it('an import finds a host without a name by its address, and not by the address that its id comes from', () => {
    const moved = host('10.0.0.9', { id: deriveHostId('10.0.0.1', 22) })
    const there = host('10.0.0.1', { id: GIVEN })
    expect(planImport([host('10.0.0.1')], [moved, there])).toMatchObject({
      hosts: [{ id: GIVEN }],
      added: [],
      missing: [moved],
    })
  })

  it('an import takes a host without a host name at a new address for a new one, whatever it is called', () => {
    const present = [host('10.0.0.1', { id: GIVEN, name: 'web' })]
    const file = [host('10.0.0.2', { name: 'web' })]
    expect(planImport(file, present)).toMatchObject({ added: file, missing: present })
  })

  it('an import gives no id to two hosts of the file', () => {
    const present = [host('10.0.0.1', { id: GIVEN })]
    const file = [host('10.0.0.9', { id: GIVEN }), host('10.0.0.1')]
    expect(planImport(file, present)).toMatchObject({
      hosts: file,
      added: [host('10.0.0.1')],
      changed: [{ id: GIVEN, address: '10.0.0.9' }],
    })
  })

  it('an import never counts a host twice, and once done has nothing more to do', () => {
    const fleets = fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 40 })
    fc.assert(
      fc.property(fleets, fleets, (before, after) => {
        const present = before.map((n) => host(`10.0.0.${n}`))
        const file = after.map((n) => host(`10.0.0.${n}`))
        const { added, changed, unchanged, missing } = planImport(file, present)
        expect(added.length + changed.length + unchanged).toBe(file.length)
        expect(present.length - missing.length + added.length).toBe(file.length)
        expect(planImport(file, file)).toEqual({
          hosts: file,
          added: [],
          changed: [],
          unchanged: file.length,
          missing: [],
        })
      }),
    )
  })
})
