import * as ec2 from 'aws-cdk-lib/aws-ec2'
import { Construct } from 'constructs'
import type { FunctionName } from '../../../shared/domain/functions.ts'
import type { DatabaseMetrics, Settings } from '../settings.ts'
import { createCluster } from './database-cluster.ts'
import { createInstance } from './database-instance.ts'
import { type DatabaseSignIn, rolePasswords, signInToCreated, signInToExisting } from './database-sign-in.ts'
import type { EncryptionKey } from './encryption.ts'
import type { FunctionNetwork } from './network.ts'

export type DatabaseProps = {
  readonly settings: Settings
  readonly network: FunctionNetwork | null
  readonly key: EncryptionKey
}

/** The PostgreSQL of the system, made here or there already, and how each function signs in to it. */
export class Database extends Construct {
  readonly metrics: DatabaseMetrics | null
  /** The log group of a database that the stack creates, which RDS creates and which expires only if it is told to. */
  readonly logGroupName: string | null = null
  readonly signInAs: (name: FunctionName) => DatabaseSignIn
  /** Passwords that migrations set, where roles do not sign in by IAM. */
  readonly rolePasswords: Readonly<Record<string, string>>

  constructor(scope: Construct, id: string, { settings, network, key }: DatabaseProps) {
    super(scope, id)
    const { database } = settings
    if (database.kind === 'existing') {
      if (database.securityGroupId !== null) this.letIn(database.securityGroupId, database.port, network)
      this.metrics = database.metrics
      this.signInAs = (name) => signInToExisting(database, name)
      this.rolePasswords = rolePasswords(database)
      return
    }
    if (network === null) throw new Error('a database that the stack creates needs a network')
    const server =
      database.kind === 'create'
        ? createCluster(this, database, { network, settings, key })
        : createInstance(this, database, { network, settings, key })
    this.metrics = server.metrics
    this.signInAs = (name) => signInToCreated(server, name)
    this.logGroupName = server.logGroupName
    this.rolePasswords = {}
  }

  private letIn(securityGroupId: string, port: number, network: FunctionNetwork | null): void {
    if (network === null) return
    const group = ec2.SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', securityGroupId)
    group.addIngressRule(network.securityGroup, ec2.Port.tcp(port), 'Fleet Awareness functions')
  }
}
