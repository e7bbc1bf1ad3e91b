import { Aws, SecretValue } from 'aws-cdk-lib'
import type * as rds from 'aws-cdk-lib/aws-rds'
import { type DatabaseSettings, SECRET_FIELDS } from '../settings.ts'

/** The roles that migrations make, and the owner that runs migrations. */
export type DatabaseUser =
  | 'awareness_probe'
  | 'awareness_drift'
  | 'awareness_fan_out'
  | 'awareness_operate'
  | 'owner'

/** How one function signs in: its environment, and the database user that it may connect as by IAM. */
export type DatabaseSignIn = {
  readonly environment: Readonly<Record<string, string>>
  readonly connectResource: string | null
}

export const DATABASE_NAME = 'awareness'
export const CREATED_OWNER = 'awareness_owner'
export const CREATED_PORT = 5432

/** In every Lambda runtime: the certificate authorities of RDS, which Node no longer loads by itself. */
const RDS_CERTIFICATES = '/var/runtime/ca-cert.pem'

type ExistingDatabase = Extract<DatabaseSettings, { kind: 'existing' }>

/** Functions sign in with tokens; the owner, at deploy only, with the secret that the cluster is made with. */
export function signInToCreated(cluster: rds.DatabaseCluster, user: DatabaseUser): DatabaseSignIn {
  const where = {
    DATABASE_HOST: cluster.clusterEndpoint.hostname,
    DATABASE_PORT: String(CREATED_PORT),
    DATABASE_NAME,
    DATABASE_CA_FILE: RDS_CERTIFICATES,
  }
  if (user === 'owner')
    return withPassword(where, CREATED_OWNER, cluster.secret?.secretValueFromJson('password'))
  return withToken(where, user, cluster.clusterResourceIdentifier)
}

/** As the stage says: tokens, a secret that CloudFormation reads, or a password. */
export function signInToExisting(database: ExistingDatabase, user: DatabaseUser): DatabaseSignIn {
  const { signIn } = database
  const where = {
    DATABASE_HOST: database.host,
    DATABASE_PORT: String(database.port),
    DATABASE_NAME: database.name,
    ...(database.certificates === 'rds' ? { DATABASE_CA_FILE: RDS_CERTIFICATES } : {}),
  }
  switch (signIn.kind) {
    case 'iam':
      return withToken(where, user === 'owner' ? signIn.owner : user, signIn.resourceId)
    case 'secret': {
      const field = (jsonField: string) => secretField(signIn, jsonField)
      if (user !== 'owner') return withPassword(where, user, field(SECRET_FIELDS[FIELD_OF_ROLE[user]]))
      return withPassword(
        where,
        field(SECRET_FIELDS.ownerUser).unsafeUnwrap(),
        field(SECRET_FIELDS.ownerPassword),
      )
    }
    case 'password':
      return withPassword(
        where,
        user === 'owner' ? signIn.owner : user,
        SecretValue.unsafePlainText(signIn.password),
      )
  }
}

type Where = Readonly<Record<string, string>>

const withToken = (where: Where, user: string, resourceId: string): DatabaseSignIn => ({
  environment: { ...where, DATABASE_USER: user, DATABASE_AUTH: 'iam' },
  connectResource: `arn:${Aws.PARTITION}:rds-db:${Aws.REGION}:${Aws.ACCOUNT_ID}:dbuser:${resourceId}/${user}`,
})

function withPassword(where: Where, user: string, password: SecretValue | undefined): DatabaseSignIn {
  if (password === undefined) throw new Error(`no password for ${user}`)
  // A dynamic reference, not the password: CloudFormation puts it in as it deploys.
  const environment = {
    ...where,
    DATABASE_USER: user,
    DATABASE_AUTH: 'password',
    DATABASE_PASSWORD: password.unsafeUnwrap(),
  }
  return { environment, connectResource: null }
}

/** Passwords that migrations set, where roles do not sign in by IAM; by environment variable. */
export function rolePasswords(database: ExistingDatabase): Readonly<Record<string, string>> {
  const { signIn } = database
  if (signIn.kind === 'iam') return {}
  const of = (field: RoleField): string =>
    signIn.kind === 'password' ? signIn.password : secretField(signIn, SECRET_FIELDS[field]).unsafeUnwrap()
  return {
    PROBE_PASSWORD: of('probe'),
    DRIFT_PASSWORD: of('drift'),
    FAN_OUT_PASSWORD: of('fanOut'),
    OPERATE_PASSWORD: of('operate'),
  }
}

type RoleField = 'probe' | 'drift' | 'fanOut' | 'operate'

const FIELD_OF_ROLE: Record<Exclude<DatabaseUser, 'owner'>, RoleField> = {
  awareness_probe: 'probe',
  awareness_drift: 'drift',
  awareness_fan_out: 'fanOut',
  awareness_operate: 'operate',
}

const secretField = (
  secret: { readonly arn: string; readonly versionId: string | null },
  jsonField: string,
): SecretValue =>
  SecretValue.secretsManager(secret.arn, {
    jsonField,
    ...(secret.versionId === null ? {} : { versionId: secret.versionId }),
  })
