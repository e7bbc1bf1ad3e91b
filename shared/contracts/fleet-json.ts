import type { LineFault, RawRow, RawRows } from './raw-rows.ts'

/** The rows of a JSON file: an array of objects. */
export function readJsonRows(text: string): RawRows {
  const withoutMark = text.replace(/^\uFEFF/, ' ')
  let parsed: unknown
  try {
    parsed = JSON.parse(withoutMark)
  } catch (error) {
    return { rows: [], columns: [], faults: [describeJsonFault(error, withoutMark)] }
  }
  if (!Array.isArray(parsed)) {
    const example = '[{"address": "192.0.2.1", "port": 22, "name": "web-01"}]'
    return {
      rows: [],
      columns: [],
      faults: [{ line: 1, message: `a fleet in JSON is an array of hosts, such as ${example}` }],
    }
  }
  const lines = linesOfElements(withoutMark)
  const rows = parsed.map((value: unknown, i): RawRow => ({ line: lines[i] ?? 1, value }))
  return { rows, columns: listColumns(parsed), faults: [] }
}

/** What is wrong with a text that `JSON.parse` refused, and in which line. */
export function describeJsonFault(error: unknown, text: string): LineFault {
  const message = error instanceof Error ? error.message : String(error)
  return { line: lineOfFault(message, text), message: `not valid JSON: ${reason(message)}` }
}

function listColumns(hosts: readonly unknown[]): string[] {
  const isObject = (host: unknown): host is object =>
    typeof host === 'object' && host !== null && !Array.isArray(host)
  return [...new Set(hosts.filter(isObject).flatMap((host) => Object.keys(host)))]
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

/** V8 names the line of most faults, quotes the text around others, and says of the rest that the text ended. */
function lineOfFault(message: string, text: string): number {
  const line = /\(line (\d+) column \d+\)/.exec(message)?.[1]
  if (line !== undefined) return Number(line)
  const quoted = /"(?:\.\.\.)?([\s\S]*?)(?:"\.\.\.|\.\.\.)? ?"? is not valid JSON/.exec(message)?.[1]
  if (quoted === undefined) return lineAt(text.trimEnd(), text.length)
  const token = /^Unexpected token '([\s\S]+?)'/.exec(message)?.[1] ?? ''
  const start = Math.max(0, text.indexOf(quoted))
  return lineAt(text, start + Math.max(0, quoted.indexOf(token)))
}

const reason = (message: string): string =>
  message
    .replace(/ in JSON at position .*/s, '')
    .replace(/, (?:\.\.\.)?".*is not valid JSON/s, '')
    .toLowerCase()

/** Where each element of an array begins, in text that has been parsed and so is known to be valid. */
function linesOfElements(json: string): number[] {
  const lines: number[] = []
  let [line, depth, awaitsElement] = [1, 0, false]
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[^\s"[\]{},:]+|\S|\n/g)) {
    if (token === '\n') {
      line++
      continue
    }
    if (awaitsElement && token !== ']') {
      lines.push(line)
      awaitsElement = false
    }
    if (token === '[' || token === '{') depth++
    if (token === ']' || token === '}') depth--
    if (depth === 1 && (token === ',' || (token === '[' && lines.length === 0))) awaitsElement = true
  }
  return lines
}
