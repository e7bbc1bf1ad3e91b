/** A list that makes an element when it is asked for, and keeps none. */
export type LazyList<T> = Iterable<T> & {
  readonly length: number
  /** Makes the element at `index`, which must be in [0, length). */
  readonly at: (index: number) => T
}

/** The list of what `make` makes of each of these numbers. */
export const selected = <T>(numbers: readonly number[], make: (number: number) => T): LazyList<T> =>
  lazyList(numbers.length, (index) => make(numbers[index] ?? Number.NaN))

/** The list of what `at` makes for 0 to `length` - 1. */
export function lazyList<T>(length: number, at: (index: number) => T): LazyList<T> {
  return {
    length,
    at,
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index++) yield at(index)
    },
  }
}

/** Makes the elements of a list from `start` on, at most `count` of them. */
export const slice = <T>(list: LazyList<T>, start: number, count: number): T[] =>
  Array.from({ length: Math.min(count, list.length - start) }, (_, i) => list.at(start + i))

/** The elements of both lists, one list after the other. */
export const joined = <A, B>(first: LazyList<A>, second: LazyList<B>): LazyList<A | B> =>
  lazyList<A | B>(first.length + second.length, (index) =>
    index < first.length ? first.at(index) : second.at(index - first.length),
  )
