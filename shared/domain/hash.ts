const MASK_64 = 2n ** 64n - 1n
/** Offset basis of 64-bit FNV-1a, as two halves: draft-eastlake-fnv, section 5. */
const FNV_OFFSET_BASIS_HIGH = 0xcbf29ce4
const FNV_OFFSET_BASIS_LOW = 0x84222325
/** Its prime is 2^40 + 0x1b3: multiplying by it is a shift by 40 bits and a small product. */
const FNV_PRIME_LOW = 0x1b3
const FNV_PRIME_SHIFT = 40 - 32
const TWO_32 = 2 ** 32

/**
 * 64-bit FNV-1a. Its last byte reaches only the low bits: see `finalize64`.
 * Counted in halves of 32 bits, whose products stay below 2^41 and so are exact: BigInt takes ten times as long.
 */
export function fnv1a64(bytes: Uint8Array): bigint {
  let high = FNV_OFFSET_BASIS_HIGH
  let low = FNV_OFFSET_BASIS_LOW
  for (const byte of bytes) {
    low = (low ^ byte) >>> 0
    const product = Math.imul(low, FNV_PRIME_LOW) >>> 0
    const carry = (low * FNV_PRIME_LOW - product) / TWO_32
    high = (Math.imul(high, FNV_PRIME_LOW) + carry + (low << FNV_PRIME_SHIFT)) >>> 0
    low = product
  }
  return (BigInt(high) << 32n) | BigInt(low)
}

/**
 * Spreads a hash over all 64 bits (the finalizer of MurmurHash3's 128-bit variant), so that ids that differ
 * in their last byte alone end far apart.
 */
export function finalize64(hash: bigint): bigint {
  let h = hash & MASK_64
  h = ((h ^ (h >> 33n)) * 0xff51afd7ed558ccdn) & MASK_64
  h = ((h ^ (h >> 33n)) * 0xc4ceb9fe1a85ec53n) & MASK_64
  return h ^ (h >> 33n)
}

/** Where a 64-bit hash lies between 0 and 1, both included. */
export const unitInterval = (hash: bigint): number => Number(hash) / Number(MASK_64)
