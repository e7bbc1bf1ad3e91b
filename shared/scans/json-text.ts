import { collectChunks } from './collect-chunks.ts'
import { MAX_DEPTH, MAX_JSON_BYTES } from './limits.ts'
import { ScanFileError } from './scan-file-error.ts'

/** The limits of a JSON file, for tests of the limits. */
export type JsonLimits = { readonly maxBytes?: number; readonly maxDepth?: number }

/**
 * Reads a whole JSON file into memory. Returns its text as well, because `inspecjs` parses text.
 * @throws ScanFileError for anything but one JSON value in UTF-8 within the limits.
 */
export async function readJson(
  chunks: AsyncIterable<Uint8Array>,
  { maxBytes = MAX_JSON_BYTES, maxDepth = MAX_DEPTH }: JsonLimits = {},
): Promise<{ readonly text: string; readonly value: unknown }> {
  const text = decode(await collectChunks(chunks, maxBytes))
  requireDepth(text, maxDepth)
  try {
    return { text, value: JSON.parse(text) }
  } catch (cause) {
    throw describeSyntaxError(text, cause)
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new ScanFileError('not_utf8', 'not UTF-8 text', { cause })
  }
}

/** Checked before the text is parsed, so that nothing that recurses over the value can run out of stack. */
function requireDepth(text: string, maxDepth: number): void {
  let depth = 0
  let isInString = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (isInString) {
      if (character === '\\') i += 1
      else if (character === '"') isInString = false
    } else if (character === '"') isInString = true
    else if (character === '[' || character === '{') depth += 1
    else if (character === ']' || character === '}') depth -= 1
    if (depth > maxDepth) throw new ScanFileError('too_deep', `nests JSON more than ${maxDepth} deep`)
  }
}

/** Ruby and Python write these, but JSON has no such numbers (RFC 8259, section 6). */
const NOT_A_NUMBER = /(?<=[:[,]\s*)(NaN|-?Infinity)\b/

function describeSyntaxError(text: string, cause: unknown): ScanFileError {
  const message = cause instanceof Error ? cause.message : String(cause)
  const position = /at position (\d+)/.exec(message)?.[1]
  const offset = position === undefined ? null : Number(position)
  if (/end of JSON|^Unterminated/.test(message) || (offset !== null && offset >= text.trimEnd().length)) {
    return new ScanFileError('truncated', 'ends too early: the JSON is not complete', { cause })
  }
  const notANumber = NOT_A_NUMBER.exec(text)?.[1]
  if (notANumber !== undefined) {
    return new ScanFileError('invalid_value', `contains ${notANumber}, which is no number in JSON`, { cause })
  }
  return new ScanFileError('malformed', `not valid JSON: ${message.slice(0, 200)}`, { cause })
}
