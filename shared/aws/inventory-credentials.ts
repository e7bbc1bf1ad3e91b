import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import type { InventorySource } from '../domain/inventory-source.ts'
import { BOUNDED_CALLS } from './client-settings.ts'

/** The shortest session that STS gives out: a run takes seconds. */
const SESSION_SECONDS = 900
/** What CloudTrail of the other account shows as the caller's name. */
const SESSION_NAME = 'fleet-awareness-inventory'

/** What the clients of a source are created with: its region, and the credentials of its account. */
export type SourceAccess = {
  readonly region: string
  /** Undefined where the caller's own are used. */
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken: string
  }
}

/** Acts as the role of a source. A refusal of STS is thrown. */
export async function accessSource(
  { region, roleArn }: InventorySource,
  signal: AbortSignal,
): Promise<SourceAccess> {
  if (roleArn === null) return { region }
  const sts = new STSClient(BOUNDED_CALLS)
  try {
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: SESSION_NAME,
        DurationSeconds: SESSION_SECONDS,
      }),
      { abortSignal: signal },
    )
    const {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
    } = given ?? {}
    if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined)
      throw new Error(`STS gave no credentials for ${roleArn}`)
    return { region, credentials: { accessKeyId, secretAccessKey, sessionToken } }
  } finally {
    sts.destroy()
  }
}
