import { SQSClient } from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'

export type SqsServer = {
  /** For the SDK's AWS_ENDPOINT_URL_SQS. */
  readonly endpoint: string
  readonly stop: () => Promise<void>
}

const LOOPBACK = '127.0.0.1'
const REGION = 'us-east-1'

/**
 * SQS over HTTP in this process, on loopback and a free port by default. Messages are in memory: they end
 * with it. fauxqs' own starter listens on every interface, so its application is started here.
 */
export async function startSqs(port = 0): Promise<SqsServer> {
  const app = buildApp({ logger: false, defaultRegion: REGION })
  const endpoint = await app.listen({ host: LOOPBACK, port })
  return { endpoint, stop: () => app.close() }
}

/** A client of that server, which takes any credentials. It neither reads nor needs the environment. */
export function localSqsClient(endpoint: string): SQSClient {
  return new SQSClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
}
