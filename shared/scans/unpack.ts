import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ScanFileError } from './scan-file-error.ts'

/** The first two bytes of a gzip file (RFC 1952, section 2.3.1). */
const GZIP_MAGIC = [0x1f, 0x8b] as const

/** Whether bytes are the start of a gzip file. */
export const isGzip = (start: Uint8Array): boolean => GZIP_MAGIC.every((byte, i) => start[i] === byte)

/**
 * Yields the content of a file: unpacked if the file is a gzip file, else as it is.
 * @throws ScanFileError (`malformed_gzip`, `truncated`) while it is read.
 */
export async function* unpack(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { start, rest } = await peek(chunks, GZIP_MAGIC.length)
  yield* isGzip(start) ? gunzip(rest) : rest
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // The errors of the source and of the unpacking both arrive at the reader of the last stream.
  const unpacked = pipeline(Readable.from(chunks, { objectMode: false }), createGunzip(), () => {})
  try {
    yield* unpacked
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (code === 'Z_BUF_ERROR') {
      throw new ScanFileError('truncated', 'ends too early: inside its gzip data', { cause })
    }
    if (!code.startsWith('Z_')) throw cause
    throw new ScanFileError('malformed_gzip', `starts like a gzip file, but cannot be unpacked: ${code}`, {
      cause,
    })
  }
}

/** Reads at least `bytes` bytes, or the whole file if it is shorter, and gives them again in `rest`. */
export async function peek(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<{ readonly start: Uint8Array; readonly rest: AsyncGenerator<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]()
  let start: Uint8Array = new Uint8Array()
  while (start.length < bytes) {
    const next = await iterator.next()
    if (next.done) break
    start = start.length === 0 ? next.value : Buffer.concat([start, next.value])
  }
  return { start, rest: startThenRest(start, iterator) }
}

async function* startThenRest(
  start: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (start.length > 0) yield start
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}
