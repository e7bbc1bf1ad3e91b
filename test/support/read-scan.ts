import { readScanFile } from '../../shared/scans/read-scan-file.ts'
import type { ScanFile } from '../../shared/scans/scan-file.ts'
import { ScanFileError, type ScanFileFault } from '../../shared/scans/scan-file-error.ts'

/** The bytes of a file, in pieces of this size. */
export async function* inPieces(
  bytes: Uint8Array,
  size = Math.max(1, bytes.length),
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

type Options = NonNullable<Parameters<typeof readScanFile>[1]>

/** Reads a results file of any format. */
export const readScan = (file: string | Uint8Array, options?: Options, size?: number): Promise<ScanFile> =>
  readScanFile(inPieces(typeof file === 'string' ? Buffer.from(file) : file, size), options)

/** The rule that a file breaks, and the sentence that says so. */
export async function refusalOf(
  file: string | Uint8Array,
  options?: Options,
): Promise<readonly [ScanFileFault, string]> {
  const error = await readScan(file, options).then(
    (scan) => new Error(`was read: ${JSON.stringify(scan).slice(0, 500)}`),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ScanFileError)) throw error
  return [error.fault, error.message]
}
