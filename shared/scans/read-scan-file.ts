import { createHash } from 'node:crypto'
import { isHdf, readHdf } from './hdf/read-hdf.ts'
import { readJson } from './json-text.ts'
import type { FoundScan, ScanFile, ScanFormat } from './scan-file.ts'
import { ScanFileError } from './scan-file-error.ts'
import { isScanResults, readScanResults } from './scan-results-json.ts'
import { isGzip, peek, unpack } from './unpack.ts'
import { type ReadOptions, readXccdfScan } from './xccdf/read-scan.ts'

/** Leading white space beyond this is no results file. */
const SNIFFED_BYTES = 1_024

/**
 * Reads one finished scan from a results file: XCCDF 1.2 and ARF, HDF (InSpec JSON), or our own JSON. The format is
 * detected by the content. The file may be compressed with gzip.
 * @throws ScanFileError for every file that is not one finished scan in one of these formats. Nothing of such a file
 * is returned. The option `completedAt` replaces the file's own end time.
 */
export async function readScanFile(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions = {},
): Promise<ScanFile> {
  const hash = createHash('sha256')
  const { start, rest } = await peek(addToHash(unpack(chunks), hash), SNIFFED_BYTES)
  const found = detect(start) === 'xml' ? await readXml(rest, options) : await readAnyJson(rest, options)
  return { ...found, sha256: hash.digest('hex') }
}

type Found = FoundScan & { readonly format: ScanFormat }

async function readXml(chunks: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<Found> {
  return { ...(await readXccdfScan(chunks, options)), host: null, scanId: null, format: 'xccdf' }
}

async function readAnyJson(
  chunks: AsyncIterable<Uint8Array>,
  { completedAt, ...limits }: ReadOptions,
): Promise<Found> {
  const { text, value } = await readJson(chunks, limits)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    if (isHdf(value)) return { ...readHdf(text, value, completedAt), format: 'hdf' }
    if (isScanResults(value)) return { ...readScanResults(value, completedAt), format: 'json' }
  }
  throw new ScanFileError(
    'unknown_format',
    'is JSON, but neither InSpec JSON (with profiles) nor scan results (docs/scan-results.schema.json)',
  )
}

/** @throws ScanFileError for content that is neither XML nor a JSON object or array. */
function detect(start: Uint8Array): 'xml' | 'json' {
  if (start.length === 0) throw new ScanFileError('truncated', 'is empty')
  if (isGzip(start)) throw new ScanFileError('unknown_format', 'is compressed with gzip twice')
  // A byte order mark counts as white space here. UTF-16 is refused by its own.
  const text = new TextDecoder().decode(start).trimStart()
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) {
    throw new ScanFileError('not_utf8', 'is UTF-16 text: only UTF-8 is read')
  }
  if (text.startsWith('<')) return 'xml'
  if (text.startsWith('{') || text.startsWith('[')) return 'json'
  if (text === '') throw new ScanFileError('truncated', 'is empty')
  throw new ScanFileError('unknown_format', 'is neither XML nor JSON, nor one of these compressed with gzip')
}

async function* addToHash(
  content: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    hash.update(chunk)
    yield chunk
  }
}
