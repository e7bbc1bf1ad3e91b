import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export type SecretsEndpoint = AsyncDisposable & {
  /** What points the SDK at it. */
  readonly env: Readonly<Record<string, string>>
  /** The secrets that were read, with their versions, in order. */
  readonly reads: readonly { readonly SecretId: string; readonly VersionId?: string }[]
}

/** Secrets Manager's GetSecretValue on loopback: secrets by ARN. */
export async function secretsEndpoint(secrets: Readonly<Record<string, string>>): Promise<SecretsEndpoint> {
  const reads: { SecretId: string; VersionId?: string }[] = []
  const server = createServer(async (request, response) => {
    const read = (await json(request)) as { SecretId: string; VersionId?: string }
    reads.push(read)
    const text = secrets[read.SecretId]
    const known = request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue' && text !== undefined
    response.writeHead(known ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' })
    const refusal = { __type: 'ResourceNotFoundException', Message: "can't find the specified secret" }
    response.end(JSON.stringify(known ? { ARN: read.SecretId, SecretString: text } : refusal))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    env: {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    reads,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
