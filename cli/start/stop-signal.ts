import { EXIT } from '../terminal/exit-codes.ts'

/** Through npm one Ctrl-C arrives twice: from the terminal, and passed on by npm. */
const SAME_PRESS_MS = 500

/** The reason of a stop by Ctrl-C, SIGTERM or SIGHUP; another reason is that nobody reads the output any more. */
const BY_USER = Symbol('interrupted')

/** Whether somebody has ended the program before it was done. */
export const isInterrupted = (stop: AbortSignal): boolean => stop.aborted && stop.reason === BY_USER

/**
 * A signal that aborts on the first Ctrl-C (or SIGTERM, or when the reader of standard output is gone). The
 * second Ctrl-C ends the program at once.
 */
export function stopSignal(onStop: () => void): AbortSignal {
  const stop = new AbortController()
  let firstAt = Number.POSITIVE_INFINITY
  const onSignal = (): void => {
    if (stop.signal.aborted) {
      if (performance.now() - firstAt > SAME_PRESS_MS) process.exit(EXIT.interrupted)
      return
    }
    firstAt = performance.now()
    stop.abort(BY_USER)
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
