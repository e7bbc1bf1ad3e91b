import { App, PermissionsBoundary, Stack } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as kms from 'aws-cdk-lib/aws-kms'
import { AwarenessStack } from '../../../infra/aws/awareness-stack.ts'
import { stageSettings } from '../../../infra/aws/stage-settings.ts'

const app = new App()
const env = { account: '111122223333', region: 'eu-west-1' }

// What your platform has already: put your own stacks here.
const platform = new Stack(app, 'platform', { env })
const vpc = new ec2.Vpc(platform, 'Vpc', {
  ipAddresses: ec2.IpAddresses.cidr('10.40.0.0/16'),
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  subnetConfiguration: [
    { name: 'public', subnetType: ec2.SubnetType.PUBLIC },
    { name: 'workloads', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    { name: 'databases', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
  ],
})
const key = new kms.Key(platform, 'Key', { enableKeyRotation: true })

const settings = stageSettings('prod', { alarmEmails: 'oncall@example.com', scanners: '444455556666' })

new AwarenessStack(app, 'fleet-awareness-payments', {
  env,
  name: 'payments',
  settings: { ...settings, logRetentionDays: 365, concurrency: { ...settings.concurrency, probe: 20 } },
  network: { vpc, databaseSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } },
  key,
  permissionsBoundary: PermissionsBoundary.fromName('developer-boundary'),
  tags: { 'cost-centre': '4711' },
})
