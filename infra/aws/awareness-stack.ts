import { CfnOutput, Stack, Tags } from 'aws-cdk-lib'
import * as ssm from 'aws-cdk-lib/aws-ssm'
import type { Construct } from 'constructs'
import { Database } from './constructs/database.ts'
import { DriftPipeline } from './constructs/drift-pipeline.ts'
import { Migrations } from './constructs/migrations.ts'
import { Network } from './constructs/network.ts'
import { OperatorsDoor } from './constructs/operators-door.ts'
import { ProbeFanOut } from './constructs/probe-fan-out.ts'
import { Monitoring } from './monitoring/monitoring.ts'
import type { Settings } from './settings.ts'

/** The system: two sensors, the database between them, and what watches them. */
export class AwarenessStack extends Stack {
  constructor(scope: Construct, id: string, { stage, settings }: { stage: string; settings: Settings }) {
    super(scope, id, {
      description: `Fleet Awareness (${stage}): is every host up, and is it still compliant?`,
    })
    Tags.of(this).add('fleet-awareness-stage', stage)

    const network = new Network(this, 'Network', settings).functions
    const database = new Database(this, 'Database', settings, network)
    const shared = { stage, settings, network, database }

    const migrations = new Migrations(this, 'Migrations', shared)
    const liveness = new ProbeFanOut(this, 'Liveness', shared)
    const drift = new DriftPipeline(this, 'Drift', shared)
    const door = new OperatorsDoor(this, 'Operators', { ...shared, probe: liveness.probe })
    // New code meets the new schema, and a failed migration leaves the old code running.
    for (const each of [liveness.probe, liveness.fanOut, drift.drift, door.operate]) {
      each.waitFor(migrations.done)
    }

    new Monitoring(this, 'Monitoring', { ...shared, liveness, drift })
    this.publish(stage, drift)
  }

  /** What other teams look for: where to send scan messages. */
  private publish(stage: string, drift: DriftPipeline): void {
    const published = {
      'scan-queue-url': drift.queue.queueUrl,
      'scan-queue-arn': drift.queue.queueArn,
    }
    for (const [name, value] of Object.entries(published)) {
      const id = name.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase())
      new CfnOutput(this, id, { value })
      new ssm.StringParameter(this, `${id}Parameter`, {
        parameterName: `/fleet-awareness/${stage}/${name}`,
        stringValue: value,
      })
    }
  }
}
