import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'

/** A fleet's functions write without end: the file before the current one is kept, and no more. */
const MAX_LOG_BYTES = 16 * 1024 * 1024

/** Where the functions' log lines and metrics go on one machine: a file, begun anew in each run. */
export function openFunctionLog(path: string): Writable {
  mkdirSync(dirname(path), { recursive: true })
  // The file may be another account's: root has used the folder, say.
  rmSync(path, { force: true })
  writeFileSync(path, '')
  let bytes = 0
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        if (bytes + chunk.length > MAX_LOG_BYTES) {
          renameSync(path, `${path}.1`)
          bytes = 0
        }
        appendFileSync(path, chunk)
        bytes += chunk.length
        done()
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
  })
}
