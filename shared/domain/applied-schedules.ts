import { ScheduleNames } from './schedule-names.ts'
import { roomFor } from './typed-arrays.ts'

/** The text of the hash of a schedule has 16 hexadecimal digits. */
const SPEC_HASH = /^[0-9a-f]{16}$/
const DIGITS = 16

/** The text of a schedule's hash of 64 bits. */
export const formatSpecHash = (hash: bigint): string => hash.toString(16).padStart(DIGITS, '0')

/** The schedules that Scheduler has: the names of the schedules, numbered from 0 on, and the hash of each. */
export class AppliedSchedules {
  readonly names: ScheduleNames
  #hashes: BigUint64Array
  #isKnown: Uint8Array

  /** @param schedules how many schedules, with names of `nameBytes` together, fit in before they are copied. */
  constructor(schedules = 0, nameBytes = 0) {
    this.names = new ScheduleNames(schedules, nameBytes)
    this.#hashes = new BigUint64Array(schedules)
    this.#isKnown = new Uint8Array(schedules)
  }

  /** These names with their hashes. */
  static of(entries: Iterable<readonly [name: string, specHash: string]>): AppliedSchedules {
    const applied = new AppliedSchedules()
    for (const [name, specHash] of entries) applied.set(name, specHash)
    return applied
  }

  /** A text that is no hash stands for a change that has not ended: what Scheduler has is then unknown. */
  set(name: string, specHash: string): void {
    const index = this.names.add(name)
    this.#hashes = roomFor(this.#hashes, index + 1, (length) => new BigUint64Array(length))
    this.#isKnown = roomFor(this.#isKnown, index + 1, (length) => new Uint8Array(length))
    const isKnown = SPEC_HASH.test(specHash)
    this.#isKnown[index] = isKnown ? 1 : 0
    this.#hashes[index] = isKnown ? BigInt(`0x${specHash}`) : 0n
  }

  /** Whether Scheduler has the schedule of this number with this hash. */
  isAt(index: number, hash: bigint): boolean {
    return this.#isKnown[index] === 1 && this.#hashes[index] === hash
  }
}
