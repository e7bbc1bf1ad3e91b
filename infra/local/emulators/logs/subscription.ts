import { Writable } from 'node:stream'
import { gzipSync } from 'node:zlib'

/** The event that CloudWatch Logs hands to a function that subscribes to log lines. */
export type LogsEvent = { readonly awslogs: { readonly data: string } }

export type Subscription = {
  /** The function that wrote a line, as its lines name it. */
  readonly service: string
  /** The filter pattern `{ $.message = "…" }`, of each of them. */
  readonly messages: readonly string[]
}

/** CloudWatch Logs gathers lines before it hands them over; here for this long. */
const GATHER_MS = 20

/**
 * A stream that passes on what is written to `output`, and hands lines that a subscription asks for to `invoke`, as
 * a subscription filter of CloudWatch Logs does.
 */
export function subscribeToLines(
  output: Writable,
  subscriptions: readonly Subscription[],
  invoke: (event: LogsEvent) => void,
): Writable {
  const wanted = new Set(
    subscriptions.flatMap(({ service, messages }) => messages.map((message) => `${service} ${message}`)),
  )
  let gathered: string[] = []
  const handOver = (): void => {
    const logEvents = gathered.map((message) => ({ message }))
    gathered = []
    const data = gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents })).toString('base64')
    invoke({ awslogs: { data } })
  }
  return new Writable({
    write(chunk: Buffer, encoding, done) {
      for (const line of String(chunk)
        .split('\n')
        .filter((text) => wanted.has(readMessage(text)))) {
        if (gathered.length === 0) setTimeout(handOver, GATHER_MS).unref()
        gathered.push(line)
      }
      output.write(chunk, encoding, done)
    },
  })
}

function readMessage(line: string): string {
  if (!line.startsWith('{')) return ''
  try {
    const { service, message } = JSON.parse(line) as Record<string, unknown>
    return `${service} ${message}`
  } catch {
    return ''
  }
}
