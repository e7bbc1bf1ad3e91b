import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { finalize64, fnv1a64, unitInterval } from '../../shared/domain/hash.ts'

const MASK_64 = 2n ** 64n - 1n
const text = (characters: string): Uint8Array => new TextEncoder().encode(characters)

/** FNV-1a as its definition reads, slow and obviously right. */
function plainFnv1a64(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & MASK_64
  return hash
}

describe('FNV-1a', () => {
  it.each([
    ['', 0xcbf29ce484222325n],
    ['a', 0xaf63dc4c8601ec8cn],
    ['foobar', 0x85944171f73967e8n],
  ])('FNV-1a of %j is the published value', (characters, expected) => {
    expect(fnv1a64(text(characters))).toBe(expected)
  })

  it('FNV-1a counted in halves equals the definition for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => fnv1a64(bytes) === plainFnv1a64(bytes)),
      { numRuns: 5_000 },
    )
  })
})

describe('the finalizer', () => {
  it('the finalizer of the hash turns about half of the bits over when one bit of the hash changes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MASK_64 }), fc.integer({ min: 0, max: 63 }), (hash, bit) => {
        const turned = finalize64(hash) ^ finalize64(hash ^ (1n << BigInt(bit)))
        const count = turned.toString(2).replaceAll('0', '').length
        return count >= 10 && count <= 54
      }),
    )
  })

  it('the finalizer of the hash keeps different hashes different and within 64 bits', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.bigInt({ min: 0n, max: MASK_64 }), { maxLength: 100 }), (hashes) => {
        const finalized = hashes.map(finalize64)
        return new Set(finalized).size === hashes.length && finalized.every((h) => h >= 0n && h <= MASK_64)
      }),
    )
  })
})

describe('the unit interval', () => {
  it('the unit interval holds both of its ends', () => {
    expect(unitInterval(0n)).toBe(0)
    expect(unitInterval(MASK_64)).toBe(1)
  })
})
