/** Work that took longer than it may. */
export class DeadlineExceededError extends Error {
  override readonly name = 'DeadlineExceededError'
}

/**
 * Runs `work` for at most `deadlineMs`. Then its signal aborts, and the caller gets a DeadlineExceededError whether
 * or not the work ever ends. The work must start nothing after its signal has aborted, and free what it holds.
 */
export async function withinDeadline<T>(
  deadlineMs: number,
  work: (deadline: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController()
  const { promise: expired, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const error = new DeadlineExceededError(`not done after ${deadlineMs} ms`)
    abort.abort(error)
    reject(error)
  }, deadlineMs)
  try {
    return await Promise.race([work(abort.signal), expired])
  } finally {
    clearTimeout(timer)
  }
}
