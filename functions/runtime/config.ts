import * as z from 'zod'
import { STATIC_PARAMETERS } from '../../shared/domain/server-parameters.ts'

/** The variables of every function: its stage, and how it signs in to PostgreSQL. */
const baseEnvironment = {
  STAGE: z.string().min(1),
  DATABASE_HOST: z.string().min(1),
  DATABASE_PORT: z.coerce.number().int().min(1).max(65_535).default(5432),
  DATABASE_NAME: z.string().min(1),
  DATABASE_USER: z.string().min(1),
  /**
   * `iam`: a token signed with the function's own role. `password`: DATABASE_PASSWORD. `secret`: a field of a secret
   * that is read at run time. `iam_or_secret`: whichever of the two the server takes.
   */
  DATABASE_AUTH: z.enum(['iam', 'password', 'secret', 'iam_or_secret']),
  DATABASE_PASSWORD: z.string().min(1).optional(),
  DATABASE_SECRET_ARN: z.string().min(1).optional(),
  DATABASE_SECRET_VERSION: z.string().min(1).optional(),
  /** The JSON field of the secret that holds the password. */
  DATABASE_SECRET_FIELD: z.string().min(1).optional(),
  /** PEM file of the certificate authority to trust; without it the connection is not encrypted. */
  DATABASE_CA_FILE: z.string().min(1).optional(),
  AWS_REGION: z.string().min(1).optional(),
}

const SECRET = ['DATABASE_SECRET_ARN', 'DATABASE_SECRET_FIELD'] as const
const NEEDED_BY_AUTH = {
  iam: ['AWS_REGION'],
  password: ['DATABASE_PASSWORD'],
  secret: SECRET,
  iam_or_secret: ['AWS_REGION', ...SECRET],
} as const

/** A variable whose text is JSON. */
export const JSON_TEXT = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.issues.push({ code: 'custom', message: 'not JSON', input: text })
    return z.NEVER
  }
})

/** What the settings ask of the database server, as JSON; without it nothing is compared. */
export const SERVER_PARAMETERS = z
  .string()
  .default('{}')
  .pipe(JSON_TEXT)
  .pipe(z.partialRecord(z.enum(STATIC_PARAMETERS), z.int()))

/** Whether the functions' network has IPv6. */
export const IPV6 = z.enum(['yes', 'no']).default('yes')

export type BaseConfig = z.output<z.ZodObject<typeof baseEnvironment>>

/** An environment that a function cannot run in, with everything that is wrong about it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

/**
 * Reads the environment of a function, once, as it starts.
 *
 * @throws ConfigurationError naming every variable that is missing or wrong, all in one sentence.
 */
export function parseEnvironment<Further extends z.ZodRawShape>(env: NodeJS.ProcessEnv, further: Further) {
  const parsed = z.object({ ...baseEnvironment, ...further }).safeParse(env)
  const faults = (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
  faults.push(...missingCredential(env))
  if (parsed.success && faults.length === 0) return parsed.data
  throw new ConfigurationError(`environment variables are wrong: ${faults.join('; ')}`)
}

function missingCredential(env: NodeJS.ProcessEnv): string[] {
  const auth = baseEnvironment.DATABASE_AUTH.safeParse(env.DATABASE_AUTH)
  if (!auth.success) return []
  return NEEDED_BY_AUTH[auth.data]
    .filter((needed) => !env[needed])
    .map((needed) => `${needed}: needed with DATABASE_AUTH=${auth.data}`)
}
