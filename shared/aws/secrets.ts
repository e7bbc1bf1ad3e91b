import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { BOUNDED_CALLS } from './client-settings.ts'

/** Which secret of Secrets Manager, and which version of it; without one the current version. */
export type SecretId = { readonly arn: string; readonly versionId?: string | undefined }

/** Makes a client whose calls end. Region, credentials and endpoint come from its environment. */
export const createSecretsClient = (): SecretsManagerClient => new SecretsManagerClient(BOUNDED_CALLS)

/**
 * Reads the text of a secret.
 *
 * @throws what the client throws, and an Error for a secret that holds bytes instead of text.
 */
export async function readSecret(
  client: SecretsManagerClient,
  { arn, versionId }: SecretId,
): Promise<string> {
  const { SecretString: text } = await client.send(
    new GetSecretValueCommand({ SecretId: arn, VersionId: versionId }),
  )
  if (text === undefined) throw new Error(`the secret ${arn} holds bytes: it has to hold JSON text`)
  return text
}
