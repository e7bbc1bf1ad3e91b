import { encodeHostId, formatHostId, type HostId } from './ids.ts'
import { roomFor } from './typed-arrays.ts'

const BYTES_PER_ID = 16

/** Host ids at 16 bytes each. As strings, the ids of a million hosts take some 60 MB, and the collector's time. */
export class HostIdList {
  #bytes: Uint8Array
  #length = 0

  /** @param capacity how many ids fit in before the list is copied to a larger one. */
  constructor(capacity = 0) {
    this.#bytes = new Uint8Array(capacity * BYTES_PER_ID)
  }

  /** The list of these ids, in their order. */
  static of(ids: readonly HostId[]): HostIdList {
    const list = new HostIdList(ids.length)
    for (const id of ids) list.push(id)
    return list
  }

  get length(): number {
    return this.#length
  }

  push(id: HostId): void {
    const start = this.#length * BYTES_PER_ID
    this.#bytes = roomFor(this.#bytes, start + BYTES_PER_ID, (length) => new Uint8Array(length))
    this.#bytes.set(encodeHostId(id), start)
    this.#length += 1
  }

  /** @throws RangeError when there is no such index. */
  at(index: number): HostId {
    if (index < 0 || index >= this.#length) throw new RangeError(`no id at ${index} of ${this.#length}`)
    const start = index * BYTES_PER_ID
    return formatHostId(this.#bytes.subarray(start, start + BYTES_PER_ID))
  }

  *[Symbol.iterator](): Generator<HostId> {
    for (let index = 0; index < this.#length; index++) yield this.at(index)
  }
}
