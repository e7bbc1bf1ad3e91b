import fc from 'fast-check'
import { type HostId, parseHostId } from '../../../shared/domain/ids.ts'

export type Host = { readonly id: HostId }

/** Ids as `gen_random_uuid()` makes them. A failing test prints the seed. */
export function randomFleet(count: number, seed = Date.now()): Host[] {
  process.stdout.write(`seed of a random fleet: ${seed}\n`)
  return fc.sample(fc.uuid({ version: 4 }), { numRuns: count, seed }).map((id) => ({ id: parseHostId(id) }))
}

/** Ids that count up, the worst case for a hash. */
export function sequentialFleet(count: number): Host[] {
  return Array.from({ length: count }, (_, i) => ({
    id: parseHostId(`0190a1b2-c3d4-7e5f-8a6b-${i.toString(16).padStart(12, '0')}`),
  }))
}
