/** A binary heap: the entry with the smallest `dueMs` is at its top. */
export type Heap<Entry> = {
  readonly size: () => number
  readonly peek: () => Entry | undefined
  readonly push: (entry: Entry) => void
  readonly pop: () => Entry | undefined
}

/** A binary heap: adding and taking an entry takes time in proportion to the logarithm of its size. */
export function createHeap<Entry extends { readonly dueMs: number }>(): Heap<Entry> {
  const entries: Entry[] = []
  const dueMs = (index: number): number => entries[index]?.dueMs ?? Number.POSITIVE_INFINITY

  const rise = (entry: Entry): void => {
    let index = entries.length
    for (;;) {
      const parent = (index - 1) >> 1
      const above = entries[parent]
      if (above === undefined || above.dueMs <= entry.dueMs) break
      entries[index] = above
      index = parent
    }
    entries[index] = entry
  }
  const sink = (entry: Entry): void => {
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      const child = dueMs(left + 1) < dueMs(left) ? left + 1 : left
      const below = entries[child]
      if (below === undefined || below.dueMs >= entry.dueMs) break
      entries[index] = below
      index = child
    }
    entries[index] = entry
  }
  return {
    size: () => entries.length,
    peek: () => entries[0],
    push: rise,
    pop: () => {
      const top = entries[0]
      const last = entries.pop()
      if (last !== undefined && entries.length > 0) sink(last)
      return top
    },
  }
}
