/** Gives a typed array room for `length` elements: it is returned as it is, or copied into one of twice the size. */
export function roomFor<A extends { readonly length: number; set: (from: A) => void }>(
  array: A,
  length: number,
  create: (length: number) => A,
): A {
  if (length <= array.length) return array
  const larger = create(Math.max(length, 2 * array.length))
  larger.set(array)
  return larger
}
