import { SQSClient } from '@aws-sdk/client-sqs'
import { localSqsClient } from '../../infra/local/emulators/sqs/server.ts'
import { type Endpoints, readEndpoints } from '../../infra/local/endpoints.ts'
import { type DatabaseLookup, findDatabase } from '../../infra/local/running-database.ts'
import { connect, type Sql } from '../../shared/db/client.ts'
import { UserError } from '../../shared/domain/errors.ts'

/** Where a tool is to go, as its flags and its environment say; what they leave out is the running product. */
export type Destination = DatabaseLookup & { readonly queueUrl: string | undefined }

export type Queue = { readonly client: SQSClient; readonly url: string }

/**
 * Opens the database of DATABASE_URL, or that of the running product.
 * @throws UserError where there is neither.
 */
export const openDatabase = (lookup: DatabaseLookup): Sql => connect(findDatabase(lookup))

/**
 * Opens the queue of --queue-url, with the SDK's own settings (AWS_REGION, credentials, AWS_ENDPOINT_URL_SQS), or that
 * of the running product.
 * @throws UserError where there is neither.
 */
export function openQueue({ env, queueUrl, stateFolder }: Destination): Queue {
  const running = readEndpoints(stateFolder)
  if (queueUrl === undefined || isLocalQueue(running, queueUrl)) {
    if (running === null)
      throw new UserError(['no queue: is the product running (npm start)? Or give --queue-url'])
    return { client: localSqsClient(running.sqs.endpoint), url: queueUrl ?? running.sqs.queueUrl }
  }
  if (!URL.canParse(queueUrl)) throw new UserError([`--queue-url ${JSON.stringify(queueUrl)} is not a URL`])
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? parseRegion(queueUrl)
  return { client: new SQSClient(region === undefined ? {} : { region }), url: queueUrl }
}

/** Database and queue, each opened when it is first used. */
export function openConnections(destination: Destination) {
  let sql: Sql | undefined
  let queue: Queue | undefined
  return {
    sql: (): Sql => {
      sql ??= openDatabase(destination)
      return sql
    },
    queue: (): Queue => {
      queue ??= openQueue(destination)
      return queue
    },
    close: async (): Promise<void> => {
      queue?.client.destroy()
      await sql?.end({ timeout: 5 })
    },
  }
}

/** The dead-letter queue counts too: sending there by hand is worth trying. */
const isLocalQueue = (running: Endpoints | null, queueUrl: string): boolean =>
  running !== null && queueUrl.startsWith(`${running.sqs.endpoint}/`)

/** From https://sqs.<region>.amazonaws.com/<account>/<name>, also in AWS's other partitions. */
const parseRegion = (queueUrl: string): string | undefined =>
  /^sqs\.([a-z0-9-]+)\./.exec(new URL(queueUrl).hostname)?.[1]
