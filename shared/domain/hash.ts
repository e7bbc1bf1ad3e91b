const MASK_64 = 2n ** 64n - 1n
/** Offset basis and prime of 64-bit FNV-1a: draft-eastlake-fnv, section 5. */
const FNV_OFFSET_BASIS = 0xcbf29ce484222325n
const FNV_PRIME = 0x100000001b3n

/** 64-bit FNV-1a. Its last byte reaches only the low bits: see `finalize64`. */
export function fnv1a64(bytes: Uint8Array): bigint {
  let hash = FNV_OFFSET_BASIS
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * FNV_PRIME) & MASK_64
  return hash
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
