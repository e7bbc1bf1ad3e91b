import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type LogsOnLoopback = AsyncDisposable & {
  /** The calls, in order, each with its operation and its input. */
  readonly calls: readonly (readonly [operation: string, input: unknown])[]
  /** What has the migrate function set the retention of a log group there. */
  readonly environment: Readonly<Record<string, string>>
}

/** CloudWatch Logs as far as a retention needs it: a log group is created once, and then exists. */
export async function logsOnLoopback({ refuses = false } = {}): Promise<LogsOnLoopback> {
  const calls: [string, unknown][] = []
  const groups = new Set<unknown>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    const input = JSON.parse(body) as { readonly logGroupName?: string }
    calls.push([operation, input])
    const exists = operation === 'CreateLogGroup' && groups.has(input.logGroupName)
    groups.add(input.logGroupName)
    const error = refuses ? 'AccessDeniedException' : exists ? 'ResourceAlreadyExistsException' : null
    response.writeHead(error === null ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(error === null ? '{}' : JSON.stringify({ __type: error, message: 'no' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    calls,
    environment: {
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      DATABASE_LOG_GROUP: '/aws/rds/cluster/a/postgresql',
      DATABASE_LOG_DAYS: '90',
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
