import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib'
import type * as kms from 'aws-cdk-lib/aws-kms'
import * as ssm from 'aws-cdk-lib/aws-ssm'
import { Construct } from 'constructs'
import { type FunctionName, SIGNING_FUNCTIONS } from '../../shared/domain/functions.ts'
import { createNames, type Names } from '../../shared/domain/names.ts'
import { findProblems, nameProblems, SettingsError } from './check-settings.ts'
import { Database } from './constructs/database.ts'
import { Drift } from './constructs/drift.ts'
import { admitServices } from './constructs/encryption.ts'
import { FanOut } from './constructs/fan-out.ts'
import { Ingest } from './constructs/ingest.ts'
import { Inventory } from './constructs/inventory.ts'
import { Migrate } from './constructs/migrate.ts'
import { type GivenNetwork, Network } from './constructs/network.ts'
import type { NodeFunction } from './constructs/node-function.ts'
import { Operate } from './constructs/operate.ts'
import { Probe } from './constructs/probe.ts'
import { Publish } from './constructs/publish.ts'
import { Monitoring } from './monitoring/monitoring.ts'
import type { Settings } from './settings.ts'

export type AwarenessStackProps = StackProps & {
  /** What the names of this installation begin with, after `fleet-awareness-`: see `isInstallationName`. */
  readonly name: string
  readonly settings: Settings
  /** Takes the place of `settings.network`. */
  readonly network?: GivenNetwork
  /** Encrypts the database, its secret, the logs, the queues and the topics; without it, keys of AWS do. */
  readonly key?: kms.IKey
}

/** The system: the two sensors, their database, and their monitoring. */
export class AwarenessStack extends Stack {
  constructor(scope: Construct, id: string, props: AwarenessStackProps) {
    const { name, settings, network: given, key = null, ...stackProps } = props
    const problems = [...nameProblems(name), ...findProblems(settings)]
    if (problems.length > 0) throw new SettingsError(problems)
    const names = createNames(name)
    super(scope, id, {
      // As the database's own protection: whoever means it takes it off first.
      terminationProtection: settings.data === 'keep',
      // The CDK CLI then refuses the credentials of any other account.
      ...(settings.account === null ? {} : { env: { account: settings.account } }),
      description: `Fleet Awareness (${name}): is every host up, and is it still compliant?`,
      ...stackProps,
    })
    Tags.of(this).add('fleet-awareness-stage', name)

    const network = new Network(this, 'Network', { settings, given, key }).functions
    const database = new Database(this, 'Database', { settings, network, key })
    const parts = { names, settings, network, database, key }

    if (key !== null) admitServices(key)

    const migrate = new Migrate(this, 'Migrations', parts)
    const liveness = new Construct(this, 'Liveness')
    const probe = new Probe(liveness, parts)
    const fanOut = new FanOut(liveness, { ...parts, probe })
    const drift = new Drift(this, 'Drift', parts)
    const ingest = new Ingest(this, 'Ingest', { ...parts, scans: drift.queue })
    const operate = new Operate(this, 'Operators', { ...parts, probe: probe.function })
    const inventory = new Inventory(this, 'Inventory', { ...parts, clocks: fanOut.clocks })
    const publish = new Publish(this, 'Publish', {
      ...parts,
      clocks: fanOut.clocks,
      reporters: {
        probe: probe.function,
        'fan-out': fanOut.function,
        drift: drift.function,
        operate: operate.function,
        inventory: inventory.function,
      },
    })
    const functions: Record<FunctionName, NodeFunction> = {
      probe: probe.function,
      'fan-out': fanOut.function,
      drift: drift.function,
      operate: operate.function,
      publish: publish.function,
      inventory: inventory.function,
      ingest: ingest.function,
      migrate: migrate.function,
    }
    // New code meets the new schema, and a failed migration leaves the old code running.
    for (const name of SIGNING_FUNCTIONS) functions[name].waitFor(migrate.done)

    new Monitoring(this, 'Monitoring', { ...parts, functions, probe, fanOut, drift, ingest, publish })
    this.announce(names, drift, ingest, publish)
  }

  /** Publishes what other teams need: where to put results files, to send scan messages, and to receive events. */
  private announce(names: Names, drift: Drift, { bucket }: Ingest, { bus }: Publish): void {
    const announced = {
      'scan-queue-url': drift.queue.queueUrl,
      'scan-queue-arn': drift.queue.queueArn,
      'scan-bucket': bucket.bucketName,
      'event-bus-arn': bus.eventBusArn,
    }
    for (const [name, value] of Object.entries(announced)) {
      const id = name.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase())
      new CfnOutput(this, id, { value })
      new ssm.StringParameter(this, `${id}Parameter`, {
        parameterName: names.parameter(name),
        stringValue: value,
      })
    }
  }
}
