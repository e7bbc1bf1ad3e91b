import { ScanFileError } from './scan-file-error.ts'

/**
 * Reads a whole file into memory.
 *
 * @throws ScanFileError where it has more than `maxBytes`.
 */
export async function collectChunks(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const collected: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new ScanFileError('too_large', `larger than ${maxBytes} bytes`)
    collected.push(chunk)
  }
  return Buffer.concat(collected)
}
