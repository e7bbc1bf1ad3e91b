import { expect, it } from 'vitest'
import { roomFor } from '../../shared/domain/typed-arrays.ts'

const create = (length: number): Uint8Array => new Uint8Array(length)

it('an array that has room is returned as it is, and one that has not is copied into one of at least twice the size', () => {
  const array = Uint8Array.of(1, 2, 3, 4)
  for (const length of [0, 3, 4]) expect(roomFor(array, length, create)).toBe(array)
  expect([...roomFor(array, 5, create)]).toEqual([1, 2, 3, 4, 0, 0, 0, 0])
  expect([...roomFor(array, 10, create)]).toEqual([1, 2, 3, 4, 0, 0, 0, 0, 0, 0])
  expect(roomFor(create(0), 1, create)).toHaveLength(1)
})
