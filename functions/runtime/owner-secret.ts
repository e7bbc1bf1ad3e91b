import * as z from 'zod'
import { createSecretsClient, readSecret } from '../../shared/aws/secrets.ts'
import { type BaseConfig, ConfigurationError } from './config.ts'

/** A field of the secret that the stage names. */
export type SecretFields = (field: string) => string

const Fields = z.record(z.string(), z.unknown())

/**
 * Reads the secret of the environment, at run time, so that no password stands in the function's configuration.
 *
 * @throws what Secrets Manager refuses, and ConfigurationError for a secret that is no JSON object or lacks a field.
 */
export async function readOwnerSecret(config: BaseConfig): Promise<SecretFields> {
  const client = createSecretsClient()
  try {
    const text = await readSecret(client, {
      arn: config.DATABASE_SECRET_ARN ?? '',
      versionId: config.DATABASE_SECRET_VERSION,
    })
    return parseFields(text)
  } finally {
    client.destroy()
  }
}

function parseFields(text: string): SecretFields {
  const fields = Fields.safeParse(parsedJson(text))
  if (!fields.success) throw new ConfigurationError('the secret of the database has to be a JSON object')
  return (field) => {
    const value = fields.data[field]
    if (typeof value === 'string' && value !== '') return value
    throw new ConfigurationError(`the secret of the database has no text in the field ${field}`)
  }
}

/** Null for what is no JSON. Its error would show what was read, and that is a secret. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
