import { TextDecoder } from 'node:util'
import { SaxesParser, type SaxesTagNS } from 'saxes'
import { MAX_DEPTH, MAX_XML_BYTES } from '../limits.ts'
import { ScanFileError } from '../scan-file-error.ts'

export type XmlElement = {
  readonly namespace: string
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

export type XmlListener = {
  readonly open: (element: XmlElement) => void
  readonly text: (text: string) => void
  readonly close: () => void
}

/** The limits of a file, for tests of the limits. */
export type XmlLimits = { readonly maxBytes?: number; readonly maxDepth?: number }

/**
 * Reads XML as it arrives and calls the listener, element by element. There is no document tree, no entity
 * but XML's own five, and nothing outside the file is ever opened.
 * @throws ScanFileError for anything but one whole, well-formed UTF-8 document without a DOCTYPE, within limits.
 */
export async function readXml(
  chunks: AsyncIterable<Uint8Array>,
  listener: XmlListener,
  { maxBytes = MAX_XML_BYTES, maxDepth = MAX_DEPTH }: XmlLimits = {},
): Promise<void> {
  const parser = strictParser(listener, maxDepth)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new ScanFileError('too_large', `larger than ${maxBytes} bytes`)
    parser.write(decode(decoder, chunk))
  }
  parser.write(flush(decoder))
  parser.on('error', (error) => {
    throw new ScanFileError('truncated', `ends too early: ${describeError(error)}`, { cause: error })
  })
  parser.close()
}

function strictParser(listener: XmlListener, maxDepth: number): SaxesParser<{ xmlns: true }> {
  const parser = new SaxesParser({ xmlns: true })
  let depth = 0
  parser.on('error', (error) => {
    throw new ScanFileError('malformed', `not well-formed XML: ${error.message}`, { cause: error })
  })
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^(utf-8|us-ascii)$/i.test(encoding)) {
      throw new ScanFileError('not_utf8', `declares the encoding ${encoding}: only UTF-8 is read`)
    }
  })
  parser.on('doctype', () => {
    throw new ScanFileError('doctype', 'has a DOCTYPE, which no SCAP result needs: entities are not read')
  })
  parser.on('opentag', (tag) => {
    depth += 1
    if (depth > maxDepth) throw new ScanFileError('too_deep', `nests elements more than ${maxDepth} deep`)
    listener.open(toElement(tag))
  })
  parser.on('text', listener.text)
  parser.on('cdata', listener.text)
  parser.on('closetag', () => {
    depth -= 1
    listener.close()
  })
  return parser
}

/** Attributes without a prefix only: those are the ones that XCCDF defines. */
function toElement(tag: SaxesTagNS): XmlElement {
  const own = Object.values(tag.attributes).filter(({ prefix }) => prefix === '')
  return {
    namespace: tag.uri,
    name: tag.local,
    attributes: Object.fromEntries(own.map(({ local, value }) => [local, value])),
  }
}

function decode(decoder: TextDecoder, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch (cause) {
    throw new ScanFileError('not_utf8', 'not UTF-8 text', { cause })
  }
}

function flush(decoder: TextDecoder): string {
  try {
    return decoder.decode()
  } catch (cause) {
    throw new ScanFileError('truncated', 'ends too early: inside a character', { cause })
  }
}

const describeError = (error: Error): string => error.message.replace(/^\d+:\d+: /, '')
