/** Through npm one Ctrl-C arrives twice: from the terminal, and passed on by npm. */
const SAME_PRESS_MS = 500
const EXIT_AT_ONCE = 130

/**
 * A signal that aborts on the first Ctrl-C (or SIGTERM, or when the reader of standard output is gone). The
 * second Ctrl-C ends the program at once.
 */
export function stopSignal(onStop: () => void): AbortSignal {
  const stop = new AbortController()
  let firstAt = Number.POSITIVE_INFINITY
  const onSignal = (): void => {
    if (stop.signal.aborted) {
      if (performance.now() - firstAt > SAME_PRESS_MS) process.exit(EXIT_AT_ONCE)
      return
    }
    firstAt = performance.now()
    stop.abort()
    onStop()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      stop.abort()
    })
  }
  return stop.signal
}

/** Resolves when the signal aborts, at once if it has. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
