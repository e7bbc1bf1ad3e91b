/**
 * A process that holds an advisory lock and freezes between the two messages that a statement's first use takes:
 * after Parse, before Bind. The connection is its argument.
 */
import { openDatabase } from '../../../shared/db/transaction.ts'

const database = openDatabase(JSON.parse(process.argv[2] ?? ''))
await database.transaction('write', async (tx) => {
  await tx`select pg_try_advisory_xact_lock(1)`
  const halfSent = tx`select ${1}::integer`.execute()
  // The driver writes in the event loop's next turn; the answer is never read.
  setImmediate(() => setImmediate(freezeForEver))
  await halfSent
})

function freezeForEver(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}
