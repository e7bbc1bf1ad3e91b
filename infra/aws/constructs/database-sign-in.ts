import { Aws, SecretValue } from 'aws-cdk-lib'
import {
  FUNCTIONS,
  type FunctionName,
  type FunctionTable,
  functionSignIns,
} from '../../../shared/domain/functions.ts'
import { type DatabaseSettings, OWNER_SECRET_FIELDS } from '../settings.ts'
import type { CreatedServer } from './created-server.ts'

/** How one function signs in: its environment, the database user that it may connect as by IAM, the secret that it reads. */
export type DatabaseSignIn = {
  readonly environment: Readonly<Record<string, string>>
  readonly connectResource: string | null
  readonly secretArn: string | null
}

/** The name of the database in a cluster that the stack creates. */
export const DATABASE_NAME = 'awareness'
/** The user that owns the tables in a cluster that the stack creates. */
export const CREATED_OWNER = 'awareness_owner'
/** The port of a cluster that the stack creates: PostgreSQL's own. */
export const CREATED_PORT = 5432

/** In every Lambda runtime: the certificate authorities of RDS, which Node no longer loads by itself. */
const RDS_CERTIFICATES = '/var/runtime/ca-cert.pem'

type ExistingDatabase = Extract<DatabaseSettings, { kind: 'existing' }>

/**
 * Functions sign in with tokens. The owner, at deploy only, does so once it is a member of rds_iam, as PostgreSQL 16
 * makes it by the first migrations, and before that with the secret that the server is created with.
 */
export function signInToCreated(server: CreatedServer, name: FunctionName): DatabaseSignIn {
  const { role } = FUNCTIONS[name]
  const where = {
    DATABASE_HOST: server.hostname,
    DATABASE_PORT: String(CREATED_PORT),
    DATABASE_NAME,
    DATABASE_CA_FILE: RDS_CERTIFICATES,
  }
  if (role === null) {
    const byToken = withToken(where, CREATED_OWNER, server.resourceId)
    const bySecret = withSecret(where, CREATED_OWNER, { arn: server.secretArn, versionId: null }, 'password')
    return {
      ...bySecret,
      environment: { ...bySecret.environment, DATABASE_AUTH: 'iam_or_secret' },
      connectResource: byToken.connectResource,
    }
  }
  return withToken(where, role, server.resourceId)
}

/** As the stage says: tokens, a secret that CloudFormation reads, or a password. */
export function signInToExisting(database: ExistingDatabase, name: FunctionName): DatabaseSignIn {
  const { role, secret } = FUNCTIONS[name]
  const { signIn } = database
  const where = {
    DATABASE_HOST: database.host,
    DATABASE_PORT: String(database.port),
    DATABASE_NAME: database.name,
    ...(database.certificates === 'rds' ? { DATABASE_CA_FILE: RDS_CERTIFICATES } : {}),
  }
  switch (signIn.kind) {
    case 'iam':
      return withToken(where, role ?? signIn.owner, signIn.resourceId)
    case 'secret': {
      const field = (jsonField: string) => secretField(signIn, jsonField)
      if (role !== null) return withPassword(where, role, field(secret.field))
      // The user's name is no secret, and CloudFormation reads it as it deploys.
      const username = field(OWNER_SECRET_FIELDS.username).unsafeUnwrap()
      return withSecret(where, username, signIn, OWNER_SECRET_FIELDS.password)
    }
    case 'password':
      return withPassword(where, role ?? signIn.owner, SecretValue.unsafePlainText(signIn.password))
  }
}

type Where = Readonly<Record<string, string>>

const withToken = (where: Where, user: string, resourceId: string): DatabaseSignIn => ({
  environment: { ...where, DATABASE_USER: user, DATABASE_AUTH: 'iam' },
  connectResource: `arn:${Aws.PARTITION}:rds-db:${Aws.REGION}:${Aws.ACCOUNT_ID}:dbuser:${resourceId}/${user}`,
  secretArn: null,
})

/** The password is read at run time: it is in no template and in no configuration of a function. */
const withSecret = (
  where: Where,
  user: string,
  secret: { readonly arn: string; readonly versionId: string | null },
  field: string,
): DatabaseSignIn => ({
  environment: {
    ...where,
    DATABASE_USER: user,
    DATABASE_AUTH: 'secret',
    DATABASE_SECRET_ARN: secret.arn,
    DATABASE_SECRET_FIELD: field,
    ...(secret.versionId === null ? {} : { DATABASE_SECRET_VERSION: secret.versionId }),
  },
  connectResource: null,
  secretArn: secret.arn,
})

function withPassword(where: Where, user: string, password: SecretValue): DatabaseSignIn {
  // A dynamic reference, not the password: CloudFormation puts it in as it deploys.
  const environment = {
    ...where,
    DATABASE_USER: user,
    DATABASE_AUTH: 'password',
    DATABASE_PASSWORD: password.unsafeUnwrap(),
  }
  return { environment, connectResource: null, secretArn: null }
}

/** Passwords that migrations set for the functions of `table` where there is no secret to read them from; by environment variable. */
export function rolePasswords(
  database: ExistingDatabase,
  table: FunctionTable = FUNCTIONS,
): Readonly<Record<string, string>> {
  const { signIn } = database
  if (signIn.kind !== 'password') return {}
  return Object.fromEntries(functionSignIns(table).map(({ secret }) => [secret.variable, signIn.password]))
}

const secretField = (
  secret: { readonly arn: string; readonly versionId: string | null },
  jsonField: string,
): SecretValue =>
  SecretValue.secretsManager(secret.arn, {
    jsonField,
    ...(secret.versionId === null ? {} : { versionId: secret.versionId }),
  })
