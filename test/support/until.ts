import { setTimeout as pause } from 'node:timers/promises'

const LOOK_EVERY_MS = 50
const AT_MOST_MS = 50_000

/** Waits for a condition, where there is no test runner to do so. `what` names it in the error. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const startedMs = performance.now()
  while (!isSo()) {
    if (performance.now() - startedMs > AT_MOST_MS) throw new Error(`waited in vain until ${what}`)
    await pause(LOOK_EVERY_MS)
  }
}
