import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'
import type { BusFault, BusFaults } from './faults.ts'
import {
  type DeliveredEvent,
  type EntryResult,
  isTooLarge,
  judgeEntry,
  PutEventsRequest,
} from './put-events.ts'

export type BusApiDeps = {
  /** The names of the buses that exist. */
  readonly buses: ReadonlySet<string>
  readonly region: string
  readonly now: () => Date
  /** How long a call of PutEvents takes, in ms. */
  readonly answerAfterMs: number
  readonly faults: BusFaults
  readonly onEvent: (busName: string, event: DeliveredEvent) => void
}

type Answer = { readonly status: number; readonly errorName?: string; readonly body: unknown }

class ApiError extends Error {
  override readonly name: string
  readonly status: number

  constructor(name: string, message: string, status = 400) {
    super(message)
    this.name = name
    this.status = status
  }
}

/** Answers one request of the SDK, or drops its connection where a fault says so. */
export async function answer(
  deps: BusApiDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? ''
    const body: unknown = JSON.parse(await text(request))
    const fault = operation === 'PutEvents' ? deps.faults.take() : null
    if (fault === 'drop_request') return void request.socket.destroy()
    const reply = await perform(deps, operation, body, fault)
    if (fault === 'drop_answer') request.socket.destroy()
    else send(response, reply)
  } catch (error) {
    send(response, refused(error))
  }
}

async function perform(
  deps: BusApiDeps,
  operation: string,
  body: unknown,
  fault: BusFault | null,
): Promise<Answer> {
  switch (operation) {
    case 'PutEvents':
      return putEvents(deps, body, fault)
    case 'DescribeEventBus':
      return describeBus(deps, body)
    default:
      throw new ApiError('UnknownOperationException', 'This operation is not played here.', 404)
  }
}

/** As in AWS an event on a bus that does not exist is answered with success, and lost. */
async function putEvents(deps: BusApiDeps, body: unknown, fault: BusFault | null): Promise<Answer> {
  if (deps.answerAfterMs > 0) await pause(deps.answerAfterMs)
  if (typeof fault === 'string' && fault !== 'drop_answer') {
    throw new ApiError(fault, 'A fault that was asked for.', fault === 'InternalException' ? 500 : 400)
  }
  const request = PutEventsRequest.safeParse(body)
  if (!request.success) throw new ApiError('ValidationException', z.prettifyError(request.error))
  if (isTooLarge(request.data)) {
    throw new ApiError('ValidationException', 'Total size of the entries in the request is over the limit.')
  }
  const where = { region: deps.region, now: deps.now() }
  const results = request.data.Entries.map((entry, i): EntryResult => {
    if (typeof fault === 'object' && fault?.refuse.includes(i) === true) {
      return { ErrorCode: fault.errorCode, ErrorMessage: 'A fault that was asked for.' }
    }
    const { busName, result, event } = judgeEntry(entry, where)
    if (event !== null && deps.buses.has(busName)) deps.onEvent(busName, event)
    return result
  })
  const failed = results.filter((result) => 'ErrorCode' in result).length
  return { status: 200, body: { FailedEntryCount: failed, Entries: results } }
}

function describeBus({ buses, region }: BusApiDeps, body: unknown): Answer {
  const { Name } = z.object({ Name: z.string().default('default') }).parse(body)
  const name = Name.split('/').at(-1) ?? ''
  if (!buses.has(name)) {
    throw new ApiError('ResourceNotFoundException', `Event bus ${name} does not exist.`)
  }
  const Arn = `arn:aws:events:${region}:000000000000:event-bus/${name}`
  return { status: 200, body: { Name: name, Arn } }
}

function refused(error: unknown): Answer {
  const known = error instanceof ApiError ? error : new ApiError('InternalException', String(error), 500)
  return { status: known.status, errorName: known.name, body: { message: known.message } }
}

function send(response: ServerResponse, { status, errorName, body }: Answer): void {
  const text = JSON.stringify(errorName === undefined ? body : { __type: errorName, ...Object(body) })
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
    ...(errorName !== undefined && { 'x-amzn-errortype': errorName }),
  })
  response.end(text)
}
