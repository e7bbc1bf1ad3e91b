/** Work that took longer than it may. */
export class DeadlineExceededError extends Error {
  override readonly name = 'DeadlineExceededError'
}

/**
 * Runs `work` for at most `deadlineMs`. After that its signal aborts, `giveUp` frees what it holds, and the
 * caller gets a DeadlineExceededError whether or not the work ever ends: the driver has no timeout of its own.
 */
export async function withinDeadline<T>(
  deadlineMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  giveUp: () => void,
): Promise<T> {
  const abort = new AbortController()
  const { promise: expired, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const error = new DeadlineExceededError(`not done after ${deadlineMs} ms`)
    abort.abort(error)
    giveUp()
    reject(error)
  }, deadlineMs)
  try {
    return await Promise.race([work(abort.signal), expired])
  } finally {
    clearTimeout(timer)
  }
}
