/**
 * Lambda's Invoke on one machine, as `@aws-sdk/client-lambda` speaks it, for asynchronous invocations.
 *
 *   const server = await startLambdaServer(new Map([[probeArn, probe.invokeAsync]]))
 *   const client = localLambdaClient(server.endpoint)
 *   …
 *   await server.stop()
 *
 * Left out: answers of functions, versions and aliases, and every other operation.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.ts'

const REGION = 'us-east-1'
const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/
/** AWS quota: the event of an asynchronous invocation has at most 1 MB. */
const MAX_EVENT_BYTES = 1024 * 1024

/** Starts it on a free port of 127.0.0.1, for functions by their ARN. */
export async function startLambdaServer(
  functions: ReadonlyMap<string, (event: unknown) => void>,
): Promise<LoopbackServer> {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arn = decodeURIComponent(INVOKE.exec(request.url ?? '')?.[1] ?? '')
    const body = await text(request)
    const [status, fault] = invoke(functions.get(arn), request.headers['x-amz-invocation-type'], body)
    const headers = fault === undefined ? {} : { 'x-amzn-errortype': fault }
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(fault === undefined ? '' : JSON.stringify({ Message: fault, Type: 'User' }))
  }
  return startLoopbackServer('local Lambda', (request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
}

/** The status of the answer, and the name of the error where there is one. */
function invoke(
  handle: ((event: unknown) => void) | undefined,
  type: string | string[] | undefined,
  body: string,
): [status: number, fault?: string] {
  if (handle === undefined) return [404, 'ResourceNotFoundException']
  if (type !== 'Event') return [400, 'InvalidParameterValueException']
  if (Buffer.byteLength(body) > MAX_EVENT_BYTES) return [413, 'RequestTooLargeException']
  try {
    handle(JSON.parse(body))
    return [202]
  } catch (error) {
    if (error instanceof SyntaxError) return [400, 'InvalidRequestContentException']
    throw error
  }
}

/** A client of that server, which takes any credentials. It neither reads nor needs the environment. */
export const localLambdaClient = (endpoint: string): LambdaClient =>
  new LambdaClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
