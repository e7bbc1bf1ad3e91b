import { SQSClient } from '@aws-sdk/client-sqs'
import { localSqsClient } from '../../infra/local/emulators/sqs/server.ts'
import { type Endpoints, readEndpoints } from '../../infra/local/endpoints.ts'
import { parseDatabaseUrl } from '../../infra/local/postgres/database-url.ts'
import { type Connection, connect, type Sql } from '../../shared/db/client.ts'
import { UserError } from '../../shared/domain/errors.ts'

/** What a tool was told about where to go; the running local product is for what it was not told. */
export type Whereabouts = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly queueUrl: string | undefined
  /** Where a running product leaves its endpoints. */
  readonly stateFolder: string
}

export type Queue = { readonly client: SQSClient; readonly url: string }

const IS_IT_RUNNING = 'is the product running (npm start)?'

/**
 * The database: DATABASE_URL, or that of the running product.
 * @throws UserError where there is neither.
 */
export function openDatabase(whereabouts: Whereabouts): Sql {
  return connect(databaseOf(whereabouts))
}

/** Where that database is, and how its owner signs in. */
export function databaseOf({ env, stateFolder }: Omit<Whereabouts, 'queueUrl'>): Connection {
  const url = env.DATABASE_URL ?? ''
  if (url !== '') return parseDatabaseUrl(url, env.USER ?? 'postgres')
  const running = readEndpoints(stateFolder)
  if (running === null) throw new UserError([`no database: ${IS_IT_RUNNING} Or set DATABASE_URL`])
  if (running.database === null) {
    throw new UserError(['no database: the running product was given a DATABASE_URL; set the same here'])
  }
  return running.database
}

/**
 * The queue: --queue-url, with the SDK's own settings (AWS_REGION, credentials, AWS_ENDPOINT_URL_SQS), or that
 * of the running product.
 * @throws UserError where there is neither.
 */
export function openQueue({ env, queueUrl, stateFolder }: Whereabouts): Queue {
  const running = readEndpoints(stateFolder)
  if (queueUrl === undefined || isQueueOf(running, queueUrl)) {
    if (running === null) throw new UserError([`no queue: ${IS_IT_RUNNING} Or give --queue-url`])
    return { client: localSqsClient(running.sqs.endpoint), url: queueUrl ?? running.sqs.queueUrl }
  }
  if (!URL.canParse(queueUrl)) throw new UserError([`--queue-url ${JSON.stringify(queueUrl)} is not a URL`])
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? regionOf(queueUrl)
  return { client: new SQSClient(region === undefined ? {} : { region }), url: queueUrl }
}

/** Its dead-letter queue too: sending there by hand is worth trying. */
const isQueueOf = (running: Endpoints | null, queueUrl: string): boolean =>
  running !== null && queueUrl.startsWith(`${running.sqs.endpoint}/`)

/** https://sqs.<region>.amazonaws.com/<account>/<name>, also in AWS's other partitions. */
const regionOf = (queueUrl: string): string | undefined =>
  /^sqs\.([a-z0-9-]+)\./.exec(new URL(queueUrl).hostname)?.[1]
