import { randomUUID } from 'node:crypto'
import * as z from 'zod'

/** An event as EventBridge delivers it to the targets of a rule. */
export type DeliveredEvent = {
  readonly version: '0'
  readonly id: string
  readonly 'detail-type': string
  readonly source: string
  readonly account: string
  /** ISO 8601, in whole seconds. */
  readonly time: string
  readonly region: string
  readonly resources: readonly string[]
  readonly detail: Readonly<Record<string, unknown>>
}

/** What PutEvents says of one entry, in the order of the entries. */
export type EntryResult =
  | { readonly EventId: string }
  | { readonly ErrorCode: string; readonly ErrorMessage: string }

/** EventBridge quotas. */
const MAX_ENTRIES = 10
const MAX_CALL_BYTES = 256 * 1024

const Entry = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  Time: z.number().optional(),
  EventBusName: z.string().optional(),
})
type Entry = z.output<typeof Entry>

/** The body of a call of PutEvents. */
export const PutEventsRequest = z.object({ Entries: z.array(Entry).min(1).max(MAX_ENTRIES) })
export type PutEventsRequest = z.output<typeof PutEventsRequest>

/** Whether the entries of a call together are larger than EventBridge takes: it then refuses the whole call. */
export const isTooLarge = ({ Entries }: PutEventsRequest): boolean =>
  Entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > MAX_CALL_BYTES

/** As EventBridge counts them: the time is 14 bytes, everything else its UTF-8. */
const entryBytes = ({ Source = '', DetailType = '', Detail = '', Time }: Entry): number =>
  (Time === undefined ? 0 : 14) +
  [Source, DetailType, Detail].reduce((sum, text) => sum + Buffer.byteLength(text), 0)

export type Judged = {
  readonly busName: string
  readonly result: EntryResult
  /** Null where the entry was refused. */
  readonly event: DeliveredEvent | null
}

/** What becomes of one entry, without regard to whether its bus exists. */
export function judgeEntry(entry: Entry, where: { region: string; now: Date }): Judged {
  const busName = (entry.EventBusName ?? 'default').split('/').at(-1) ?? 'default'
  const fault = findFault(entry)
  if (fault !== null) return { busName, result: fault, event: null }
  const id = randomUUID()
  const time = entry.Time === undefined ? where.now : new Date(entry.Time * 1000)
  const event: DeliveredEvent = {
    version: '0',
    id,
    'detail-type': entry.DetailType ?? '',
    source: entry.Source ?? '',
    account: '000000000000',
    time: `${time.toISOString().slice(0, 19)}Z`,
    region: where.region,
    resources: [],
    detail: parseObject(entry.Detail ?? '') ?? {},
  }
  return { busName, result: { EventId: id }, event }
}

function findFault({ Source, DetailType, Detail }: Entry): EntryResult | null {
  if (!Source || !DetailType || !Detail) {
    const missing = !Source ? 'Source' : !DetailType ? 'DetailType' : 'Detail'
    return { ErrorCode: 'InvalidArgument', ErrorMessage: `Parameter ${missing} is not valid.` }
  }
  if (parseObject(Detail) === null)
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
  return null
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}
