import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actionsOf, functionOf, statementsOf, usableApis } from '../../support/policies.ts'
import { ROOT } from '../../support/repository.ts'
import { type Resource, resourcesOf, type Synthesised } from '../../support/synth.ts'

const EXAMPLE = 'docs/examples/cdk-app/app.ts'
/** It takes five seconds where nothing else runs. */
const SYNTHESIS_TIMEOUT_MS = 180_000
const folder = mkdtempSync(join(tmpdir(), 'cdk-out-'))
const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: object }

type Template = Synthesised['json']

describe('somebody else’s CDK app', () => {
  let awareness: { readonly json: Template }
  let platform: { readonly json: Template }

  // As the CDK CLI starts an app: it says by the environment where the stacks go, and what the context is.
  beforeAll(async () => {
    await promisify(execFile)(process.execPath, [EXAMPLE], {
      cwd: ROOT,
      env: {
        ...process.env,
        CDK_OUTDIR: folder,
        CDK_CONTEXT_JSON: JSON.stringify({ ...context, 'aws:cdk:bundling-stacks': [] }),
      },
    })
    const read = (stack: string) => ({
      json: JSON.parse(readFileSync(join(folder, `${stack}.template.json`), 'utf8')) as Template,
    })
    awareness = read('fleet-awareness-payments')
    platform = read('platform')
  }, SYNTHESIS_TIMEOUT_MS)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const all = (type: string): Resource[] => resourcesOf(awareness, type).map(([, resource]) => resource)

  it('somebody else’s CDK app gives the stack its name, and settings that differ from those of a stage', () => {
    expect(functionOf(awareness, 'probe').Properties).toMatchObject({
      FunctionName: 'fleet-awareness-payments-probe',
      ReservedConcurrentExecutions: 20,
    })
    const days = all('AWS::Logs::LogGroup').map(({ Properties }) => Properties.RetentionInDays)
    expect(days.length).toBeGreaterThan(5)
    expect(new Set(days)).toEqual(new Set([365]))
  })

  it('somebody else’s CDK app gives the stack a VPC, and the stack creates none', () => {
    expect(all('AWS::EC2::VPC')).toEqual([])
    expect(all('AWS::EC2::VPCEndpoint')).toEqual([])
    for (const { Properties } of all('AWS::Lambda::Function')) {
      expect((Properties.VpcConfig as { SubnetIds: unknown[] }).SubnetIds).toHaveLength(2)
    }
    expect(resourcesOf(platform, 'AWS::EC2::VPC')).toHaveLength(1)
  })

  it('somebody else’s CDK app bounds every role, and tags what can be tagged', () => {
    const roles = all('AWS::IAM::Role')
    expect(roles.length).toBeGreaterThan(8)
    for (const { Properties } of roles) {
      expect(JSON.stringify(Properties.PermissionsBoundary)).toContain('policy/developer-boundary')
    }
    expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).toMatch(
      /"tags":\s*\{\s*"cost-centre":\s*"4711"/,
    )
  })

  it('somebody else’s CDK app encrypts the database, its secret, the logs, the queues and the topics with its key', () => {
    const keyed: Readonly<Record<string, string>> = {
      'AWS::RDS::DBCluster': 'KmsKeyId',
      'AWS::SecretsManager::Secret': 'KmsKeyId',
      'AWS::Logs::LogGroup': 'KmsKeyId',
      'AWS::SQS::Queue': 'KmsMasterKeyId',
      'AWS::SNS::Topic': 'KmsMasterKeyId',
    }
    const [[key] = ['']] = resourcesOf(platform, 'AWS::KMS::Key')
    for (const [type, property] of Object.entries(keyed)) {
      expect(all(type).length, type).toBeGreaterThan(0)
      for (const { Properties } of all(type))
        expect(JSON.stringify(Properties[property]), type).toContain(key)
    }
  })

  it('somebody else’s CDK app lets those use its key who write to what it encrypts, and no function more than that', () => {
    const uses = (statements: readonly { Action?: unknown; Condition?: unknown }[]) =>
      statements
        .filter((statement) => JSON.stringify(statement).includes('kms:GenerateDataKey'))
        .map((statement) => JSON.stringify(statement))
    const of = (folder: string) => uses(usableApis({ ...awareness } as Synthesised, folder))
    expect(of('drift')).toEqual([expect.stringContaining('sqs.')])
    expect(of('publish')).toEqual([expect.stringContaining('sns.')])
    for (const folder of ['probe', 'fan-out', 'operate']) expect(of(folder)).toEqual([])
    const [[scheduleRole] = ['']] = resourcesOf(awareness, 'AWS::IAM::Role').filter(([id]) =>
      id.startsWith('LivenessScheduleRole'),
    )
    expect(statementsOf({ ...awareness } as Synthesised, scheduleRole).map(actionsOf)).toContainEqual([
      'kms:Decrypt',
      'kms:GenerateDataKey',
    ])
    const [[, key] = []] = resourcesOf(platform, 'AWS::KMS::Key')
    const policy = JSON.stringify(key?.Properties.KeyPolicy)
    for (const principal of [
      'logs.',
      'cloudwatch.amazonaws.com',
      'events.amazonaws.com',
      's3.amazonaws.com',
      '444455556666',
    ])
      expect(policy).toContain(principal)
  })

  it('somebody else’s CDK app is in the documentation as it is here', () => {
    expect(readFileSync(join(ROOT, 'docs/library.md'), 'utf8')).toContain(`(${EXAMPLE.replace('docs/', '')})`)
  })
})
