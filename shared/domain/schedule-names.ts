import { roomFor } from './typed-arrays.ts'
import { Utf8Scratch } from './utf8-scratch.ts'

const FIRST_SLOTS = 64
/** Offset basis and prime of 32-bit FNV-1a: draft-eastlake-fnv, section 5. */
const FNV_OFFSET_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193
const FREE = -1

/**
 * A set of names that numbers them as they come, from 0 on. It keeps some 60 bytes per name, not an object: as
 * strings in a Set, the names of a million schedules take three times that.
 */
export class ScheduleNames {
  /** The names one after the other, in UTF-8. */
  #text: Uint8Array
  /** Where each name begins in the text; behind the last, where the text ends. */
  #starts: Uint32Array
  /** A hash table with open addressing: the number of a name, or FREE. At most half of it is taken. */
  #slots: Int32Array
  #size = 0
  readonly #scratch = new Utf8Scratch()
  readonly #decoder = new TextDecoder()

  /** @param names how many names, of `bytes` together, fit in before they are copied. */
  constructor(names = 0, bytes = 0) {
    this.#text = new Uint8Array(bytes)
    this.#starts = new Uint32Array(names + 1)
    this.#slots = freeSlots(names)
  }

  get size(): number {
    return this.#size
  }

  /** Adds a name unless it is there, and returns its number. */
  add(name: string): number {
    const bytes = this.#scratch.encode(name)
    const slot = this.#slotOf(bytes)
    const known = this.#slots[slot] ?? FREE
    if (known !== FREE) return known
    const index = this.#size
    this.#slots[slot] = index
    this.#append(bytes)
    if (this.#size * 2 > this.#slots.length) this.#rehash()
    return index
  }

  /** The number of a name, or -1. */
  indexOf(name: string): number {
    return this.#slots[this.#slotOf(this.#scratch.encode(name))] ?? FREE
  }

  /** @throws RangeError when no name has this number. */
  at(index: number): string {
    if (index < 0 || index >= this.#size) throw new RangeError(`no name has the number ${index}`)
    return this.#decoder.decode(this.#bytesAt(index))
  }

  *[Symbol.iterator](): Generator<string> {
    for (let index = 0; index < this.#size; index++) yield this.at(index)
  }

  #append(bytes: Uint8Array): void {
    const start = this.#starts[this.#size] ?? 0
    const end = start + bytes.length
    this.#text = roomFor(this.#text, end, (length) => new Uint8Array(length))
    this.#text.set(bytes, start)
    this.#size += 1
    this.#starts = roomFor(this.#starts, this.#size + 1, (length) => new Uint32Array(length))
    this.#starts[this.#size] = end
  }

  #bytesAt(index: number): Uint8Array {
    return this.#text.subarray(this.#starts[index], this.#starts[index + 1])
  }

  /** The slot that has this name, or the free one where it belongs. */
  #slotOf(bytes: Uint8Array): number {
    const mask = this.#slots.length - 1
    for (let slot = hashName(bytes) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot] ?? FREE
      if (index === FREE || isSame(this.#bytesAt(index), bytes)) return slot
    }
  }

  #rehash(): void {
    this.#slots = freeSlots(this.#size)
    for (let index = 0; index < this.#size; index++) this.#slots[this.#slotOf(this.#bytesAt(index))] = index
  }
}

/** A power of two, and at least twice as many as there are names: four times as many before it has to grow. */
function freeSlots(names: number): Int32Array {
  let slots = FIRST_SLOTS
  while (slots < names * 2) slots *= 2
  return new Int32Array(slots).fill(FREE)
}

function hashName(bytes: Uint8Array): number {
  let hash = FNV_OFFSET_BASIS
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME)
  return hash >>> 0
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
