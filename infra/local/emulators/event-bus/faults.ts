/**
 * What goes wrong with a call of PutEvents: an error instead of an answer, entries that are refused by themselves
 * (by their position, from 0), a connection that is dropped before anything is done (`drop_request`), or one that
 * is dropped after the events were taken (`drop_answer`).
 */
export type BusFault =
  | 'ThrottlingException'
  | 'InternalException'
  | 'AccessDeniedException'
  | 'drop_request'
  | 'drop_answer'
  | { readonly refuse: readonly number[]; readonly errorCode: string }

/** The faults that calls meet next, for tests of whoever publishes. */
export type BusFaults = {
  /** The next `times` calls of PutEvents meet this fault. */
  readonly next: (fault: BusFault, times?: number) => void
  readonly clear: () => void
  /** The fault that a call meets, which is thereby used up. */
  readonly take: () => BusFault | null
}

/** Creates an empty plan: every call goes well. */
export function createBusFaults(): BusFaults {
  let planned: { readonly fault: BusFault; left: number }[] = []
  return {
    next: (fault, times = 1) => {
      planned.push({ fault, left: times })
    },
    clear: () => {
      planned = []
    },
    take: () => {
      const next = planned[0]
      if (next === undefined) return null
      next.left -= 1
      planned = planned.filter(({ left }) => left > 0)
      return next.fault
    },
  }
}
