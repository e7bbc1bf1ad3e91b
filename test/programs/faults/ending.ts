/**
 * Makes a program end when it is told to, and after `atMostMs` whatever hangs; 'exit' listeners then remove what
 * it would leave behind.
 */
export function alwaysEnds(atMostMs: number): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  setTimeout(() => {
    process.stderr.write(`not done within ${atMostMs / 60_000} minutes: given up\n`)
    process.exit(1)
  }, atMostMs).unref()
}
