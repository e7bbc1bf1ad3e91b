/** First in, first out, in constant time however long it is. */
export type Queue<Item> = {
  readonly size: () => number
  readonly push: (item: Item) => void
  readonly shift: () => Item | undefined
}

/** A first-in, first-out queue whose operations take constant time on average. */
export function createQueue<Item>(): Queue<Item> {
  let incoming: Item[] = []
  let outgoing: Item[] = []
  return {
    size: () => incoming.length + outgoing.length,
    push: (item) => {
      incoming.push(item)
    },
    shift: () => {
      if (outgoing.length === 0) {
        outgoing = incoming.reverse()
        incoming = []
      }
      return outgoing.pop()
    },
  }
}
