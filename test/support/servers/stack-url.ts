import { createServer } from 'node:http'
import { listen, stopListening } from '../../support/servers/listen.ts'

export type ReceivedAnswer = {
  readonly contentType: string | undefined
  readonly body: Record<string, string>
}

export type StackUrl = AsyncDisposable & {
  readonly url: string
  readonly received: readonly ReceivedAnswer[]
}

/** Stands where CloudFormation waits for a custom resource's answer. Refuses the first `refusals` attempts. */
export async function stackUrl(refusals = 0): Promise<StackUrl> {
  const received: ReceivedAnswer[] = []
  let refused = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (refused++ < refusals) return response.writeHead(503).end()
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>
      received.push({ contentType: request.headers['content-type'], body })
      return response.writeHead(200).end()
    })
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}/answer?signature=a%2Fb`,
    received,
    [Symbol.asyncDispose]: () => stopListening(server),
  }
}
