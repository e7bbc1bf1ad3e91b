import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'

/** The size at which a new file is started. Only the current file and the one before it are kept. */
const MAX_LOG_BYTES = 16 * 1024 * 1024

/** Opens the file for the log lines and metrics of the functions on one machine. Each run starts a new file. */
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
