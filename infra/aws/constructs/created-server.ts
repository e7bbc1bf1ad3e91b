import type * as ec2 from 'aws-cdk-lib/aws-ec2'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as rds from 'aws-cdk-lib/aws-rds'
import { MAX_HOSTS_PER_INVOCATION } from '../../../shared/domain/schedules.ts'
import type { ServerParameters } from '../../../shared/domain/server-parameters.ts'
import type { DatabaseMetrics, Settings } from '../settings.ts'
import type { EncryptionKey } from './encryption.ts'
import type { FunctionNetwork } from './network.ts'

/** A database server that the stack creates, as the sign-in and the alarms need it. */
export type CreatedServer = {
  readonly hostname: string
  /** `cluster-…` or `db-…`, for the sign-in by IAM. */
  readonly resourceId: string
  /** The secret with the password of the owner. */
  readonly secretArn: string
  readonly metrics: DatabaseMetrics
  /** The log group that RDS creates for it; null where its log is not exported. */
  readonly logGroupName: string | null
}

/** What a database server is created from, apart from its own settings. */
export type ServerContext = {
  readonly network: FunctionNetwork
  readonly settings: Settings
  readonly key: EncryptionKey
}

/** The owner's user, whose password is generated into a secret. */
export const ownerCredentials = (owner: string, key: EncryptionKey): rds.Credentials =>
  rds.Credentials.fromGeneratedSecret(owner, key === null ? {} : { encryptionKey: key })

/** How the disks of a server are encrypted. */
export const storageEncryption = (
  key: EncryptionKey,
): { readonly storageEncrypted: true; readonly storageEncryptionKey?: kms.IKey } => ({
  storageEncrypted: true,
  ...(key === null ? {} : { storageEncryptionKey: key }),
})

/** PostgreSQL's own max_locks_per_transaction. */
const DEFAULT_LOCKS_PER_TRANSACTION = 64

/**
 * The lock table has this many entries for each connection that there may be. A probe holds one entry a host:
 * without room for every probe function at its fullest, a day with many hosts down would fill the table, and
 * fail whoever needs a lock in that moment (`npm run simulate` counts them).
 */
const locksPerTransaction = ({ database, concurrency }: Settings): number =>
  DEFAULT_LOCKS_PER_TRANSACTION +
  Math.ceil((MAX_HOSTS_PER_INVOCATION * concurrency.probe) / database.maxConnections)

/** The parameters of a server that the stack creates: TLS only, and room for the functions. */
export const createParameters = (settings: Settings): Record<string, string> => ({
  'rds.force_ssl': '1',
  max_connections: String(settings.database.maxConnections),
  max_locks_per_transaction: String(locksPerTransaction(settings)),
})

/**
 * What the settings ask of the server and what takes effect at a restart only, as JSON. Functions compare it with the
 * running server. An existing server may have more locks or fewer: that is its administrator's choice.
 */
export const formatServerParameters = (settings: Settings): string =>
  JSON.stringify({
    max_connections: settings.database.maxConnections,
    ...(settings.database.kind === 'existing'
      ? {}
      : { max_locks_per_transaction: locksPerTransaction(settings) }),
  } satisfies ServerParameters)

/** Lets the functions connect to the server, and nobody else. */
export const letFunctionsIn = (
  { connections }: ec2.IConnectable,
  { network }: Pick<ServerContext, 'network'>,
): void => connections.allowDefaultPortFrom(network.securityGroup, 'Fleet Awareness functions')
