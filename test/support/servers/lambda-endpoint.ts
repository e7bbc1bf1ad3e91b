import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listen, stopListening } from './listen.ts'

export type LambdaReply =
  /** What the function answered. */
  | { readonly answer: unknown }
  /** What it threw. */
  | { readonly thrown: Error }
  /** What Lambda said instead of running it. */
  | { readonly refused: string; readonly status: number }

export type LambdaEndpoint = AsyncDisposable & {
  /** What points the SDK at it. */
  readonly env: Record<string, string>
  /** The functions that were asked for, and the size of each event in bytes. */
  readonly invocations: { readonly name: string; readonly bytes: number }[]
}

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/

/** Lambda's Invoke API on loopback: what runs is up to the test. */
export async function lambdaEndpoint(
  run: (functionName: string, event: unknown) => Promise<LambdaReply>,
): Promise<LambdaEndpoint> {
  const invocations: { name: string; bytes: number }[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = decodeURIComponent(INVOKE.exec(request.url ?? '')?.[1] ?? '')
    const event = await text(request)
    invocations.push({ name, bytes: Buffer.byteLength(event) })
    const reply = await run(name, JSON.parse(event))
    const [status, headers, body] = asHttp(reply)
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  const port = await listen(server)
  return {
    env: {
      AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    invocations,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await stopListening(server)
    },
  }
}

function asHttp(reply: LambdaReply): [status: number, headers: Record<string, string>, body: unknown] {
  if ('answer' in reply) return [200, {}, reply.answer]
  if ('thrown' in reply) {
    const { name, message } = reply.thrown
    return [
      200,
      { 'x-amz-function-error': 'Unhandled' },
      { errorType: name, errorMessage: message, trace: [] },
    ]
  }
  return [reply.status, { 'x-amzn-errortype': reply.refused }, { Message: 'the reason', Type: 'User' }]
}
