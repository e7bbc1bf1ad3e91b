import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { localS3Client } from '../../infra/local/emulators/s3/server.ts'
import { readEndpoints } from '../../infra/local/endpoints.ts'
import { STAGE as LOCAL_STAGE } from '../../infra/local/functions.ts'
import { findDatabase } from '../../infra/local/running-database.ts'
import { OPERATE_ANSWERS, type ScanListing } from '../../shared/contracts/operate-answer.ts'
import { begin, READ_COMMITTED } from '../../shared/db/begin.ts'
import { connect } from '../../shared/db/client.ts'
import { listVerdicts } from '../../shared/db/operator-scans.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { parseHostId } from '../../shared/domain/ids.ts'
import { createNames, functionName } from '../../shared/domain/names.ts'
import { RefusedError } from '../terminal/report-error.ts'

/** The bucket of a stage, and where the verdicts on its scans are asked for. */
export type StageBucket = {
  readonly client: S3Client
  readonly bucket: string
  /** The newest verdicts on scans of a host. */
  readonly listVerdicts: (hostId: string) => Promise<readonly ScanListing[]>
  readonly close: () => Promise<void>
}

/** A file that was just recorded is among them, also where files of a year are imported at once. */
const MAX_VERDICTS = 1000

/**
 * Opens the bucket of a stage: of the product that runs on this machine (`local`), or of one in AWS, with the caller's
 * own credentials.
 * @throws UserError where there is none, and RefusedError where AWS does not say.
 */
export const openStageBucket = (
  stage: string,
  { env, stateFolder }: { readonly env: NodeJS.ProcessEnv; readonly stateFolder: string },
): Promise<StageBucket> | StageBucket =>
  stage === LOCAL_STAGE ? openLocalBucket(env, stateFolder) : openBucketInAws(stage)

function openLocalBucket(env: NodeJS.ProcessEnv, stateFolder: string): StageBucket {
  const s3 = readEndpoints(stateFolder)?.s3
  if (s3 === undefined) throw new UserError(['no bucket: is the product running (npm start)?'])
  const client = localS3Client(s3.endpoint)
  const sql = connect(findDatabase({ env, stateFolder }))
  return {
    client,
    bucket: s3.bucket,
    listVerdicts: (hostId) =>
      begin(sql, READ_COMMITTED, (tx) => listVerdicts(tx, parseHostId(hostId), MAX_VERDICTS)),
    close: async () => {
      client.destroy()
      await sql.end({ timeout: 5 })
    },
  }
}

async function openBucketInAws(stage: string): Promise<StageBucket> {
  const ssm = new SSMClient()
  const parameter = createNames(stage).parameter('scan-bucket')
  const bucket = await ssm
    .send(new GetParameterCommand({ Name: parameter }))
    .then(({ Parameter }) => Parameter?.Value ?? '')
    .catch((cause: unknown) => {
      throw new RefusedError(
        `the bucket of stage ${stage} is not known: ${parameter}: ${describeReason(cause)}`,
        {
          cause,
        },
      )
    })
    .finally(() => ssm.destroy())
  const client = new S3Client()
  const lambda = new LambdaClient()
  return {
    client,
    bucket,
    listVerdicts: (hostId) => askForVerdicts(lambda, stage, hostId),
    close: async () => {
      client.destroy()
      lambda.destroy()
    },
  }
}

async function askForVerdicts(
  lambda: LambdaClient,
  stage: string,
  hostId: string,
): Promise<readonly ScanListing[]> {
  const Payload = JSON.stringify({ command: 'scans', hostId, limit: MAX_VERDICTS })
  const command = new InvokeCommand({ FunctionName: functionName(stage, 'operate'), Payload })
  const answer = await lambda.send(command)
  const text = answer.Payload?.transformToString() ?? ''
  if (answer.FunctionError !== undefined) throw new RefusedError(`the operate function failed: ${text}`)
  const scans = OPERATE_ANSWERS.scans.parse(JSON.parse(text))
  return scans.outcome === 'found' ? scans.scans : []
}

/** AWS gives its errors the name of their code. */
const describeReason = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)
