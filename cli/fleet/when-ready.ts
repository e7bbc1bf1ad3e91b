import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What Lambda says of a function that it did not start, but prepares anew: one that nobody invoked for weeks, or whose
 * network interfaces are being made. https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
 */
const NOT_READY = new Set(['ResourceNotReadyException', 'ResourceConflictException'])

/** Preparing a function in a VPC takes one to two minutes. */
const MAX_WAIT_MS = 180_000

/** How long to wait between two attempts. */
export const NOT_READY_PAUSE_MS = 5_000

/**
 * Sends again, with pauses of `pauseMs`, for as long as Lambda says that the function is not ready. It was not run
 * then, so nothing is done twice. After three minutes the refusal is thrown, as every other one is at once.
 */
export async function whenReady<Answer>(send: () => Promise<Answer>, pauseMs: number): Promise<Answer> {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      return await send()
    } catch (error) {
      const notReady = error instanceof Error && NOT_READY.has(error.name)
      if (!notReady || waitedMs >= MAX_WAIT_MS) throw error
      await sleep(pauseMs)
    }
  }
}
