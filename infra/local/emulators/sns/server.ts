import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { buildApp } from 'fauxqs'

export type LocalSns = {
  /** Also of SQS, to subscribe queues of the same server. */
  readonly endpoint: string
  readonly client: SNSClient
  readonly topicArn: string
  readonly stop: () => Promise<void>
}

const LOOPBACK = '127.0.0.1'
const REGION = 'us-east-1'

/** Starts SNS over HTTP in this process, on loopback and a free port, with one topic. */
export async function startSns(topicName: string): Promise<LocalSns> {
  const app = buildApp({ logger: false, defaultRegion: REGION })
  const endpoint = await app.listen({ host: LOOPBACK, port: 0 })
  const client = localSnsClient(endpoint)
  const { TopicArn: topicArn } = await client.send(new CreateTopicCommand({ Name: topicName }))
  if (topicArn === undefined) throw new Error(`the topic ${topicName} got no ARN`)
  return {
    endpoint,
    client,
    topicArn,
    stop: async () => {
      client.destroy()
      await app.close()
    },
  }
}

/** A client of that server, which takes any credentials. It neither reads nor needs the environment. */
export const localSnsClient = (endpoint: string): SNSClient =>
  new SNSClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
