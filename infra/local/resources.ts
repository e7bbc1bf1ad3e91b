/** Everything that was started, to be stopped in the opposite order. */
export type Resources = {
  readonly onClose: (close: () => unknown) => void
  /** Stops everything, also when one of them fails. @throws the first failure. */
  readonly close: () => Promise<void>
}

/** Creates an empty list. It closes in the opposite order of opening. */
export function createResources(): Resources {
  const closers: (() => unknown)[] = []
  return {
    onClose: (close) => {
      closers.push(close)
    },
    close: async () => {
      const failures: unknown[] = []
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
        try {
          await close()
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
    },
  }
}
