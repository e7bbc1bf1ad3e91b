import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../clock.ts'
import type { FaultKind, Faults } from './faults.ts'
import { type Account, OPERATIONS, type OperationName } from './operations.ts'
import { type ErrorName, invalid, RefusalError } from './refusal.ts'
import { route } from './route.ts'

/** A request that was answered or whose connection was dropped. */
export type Call = {
  readonly operation: OperationName
  /** The name of the schedule or the group; empty for a list. */
  readonly name: string
  readonly answer: 'ok' | ErrorName | FaultKind
}

export type ApiDeps = {
  readonly account: Account
  readonly clock: Clock
  readonly faults: Faults
  readonly calls: Call[]
}

type Answer = { readonly status: number; readonly errorName?: ErrorName; readonly body: unknown }

const MAX_CALLS_KEPT = 200_000
const MAX_BODY_BYTES = 1024 * 1024

/** Answers one request, or drops its connection where a fault says so. */
export async function answer(
  deps: ApiDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  try {
    const body = await readBody(request)
    const found = route(request.method ?? '', url.pathname)
    if (found === null)
      throw new RefusalError('UnknownOperationException', 'This operation is not played here.')
    const fault = deps.faults.take(found.operation)
    const reply =
      fault === 'drop_request' ? null : perform(deps, { ...found, query: url.searchParams, body, fault })
    note(deps.calls, { ...found, answer: fault ?? reply?.errorName ?? 'ok' })
    if (reply === null || fault === 'drop_answer') request.socket.destroy()
    else send(response, reply)
  } catch (error) {
    send(response, refused(error))
  }
}

type Asked = {
  readonly operation: OperationName
  readonly name: string
  readonly query: URLSearchParams
  readonly body: string
  readonly fault: FaultKind | null
}

function perform({ account, clock }: ApiDeps, { operation, name, query, body, fault }: Asked): Answer {
  try {
    if (fault !== null && fault !== 'drop_answer' && fault !== 'drop_request') {
      throw new RefusalError(fault, 'A fault that was asked for.')
    }
    const request = { name, query, body: parseJson(body), nowMs: clock.now().getTime() }
    return { status: 200, body: OPERATIONS[operation](account, request) }
  } catch (error) {
    return refused(error)
  }
}

function refused(error: unknown): Answer {
  const refusal =
    error instanceof RefusalError
      ? error
      : new RefusalError('InternalServerException', `It broke: ${String(error)}`)
  return { status: refusal.status, errorName: refusal.name, body: { Message: refusal.message } }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw invalid(`The request is longer than ${MAX_BODY_BYTES} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new RefusalError('SerializationException', 'The body is not JSON.')
  }
}

function send(response: ServerResponse, { status, errorName, body }: Answer): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
    ...(errorName !== undefined && { 'x-amzn-errortype': errorName }),
  })
  response.end(text)
}

/** The list is halved from time to time, so that a fleet that runs for months does not fill the memory. */
function note(calls: Call[], { operation, name, answer }: Call): void {
  calls.push({ operation, name, answer })
  if (calls.length > MAX_CALLS_KEPT) calls.splice(0, MAX_CALLS_KEPT / 2)
}
