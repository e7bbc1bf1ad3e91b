import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { buildApp } from '../../infra/aws/build-app.ts'
import { STAGE_NAMES, type Stage } from '../../infra/aws/stages.ts'
import { ROOT } from './repository.ts'

/** What `-c` gives each stage: a plausible installation. */
export const INSTALLATIONS: Record<Stage, Readonly<Record<string, string>>> = {
  small: {},
  dev: {},
  prod: {
    scanners: '111122223333',
    notifyEmails: 'team@example.com',
    slackWorkspaceId: 'T0A1B2C3D',
    slackChannelId: 'C0A1B2C3D',
    subscribers: 'arn:aws:events:eu-west-1:444455556666:event-bus/security',
    alarmEmails: 'oncall@example.com',
  },
  existing: {
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    subnetIds: 'subnet-0a1b2c3d4e5f60718,subnet-0b1b2c3d4e5f60718',
    endpoints: 'create',
    databaseHost: 'scanner.cluster-abc.eu-west-1.rds.amazonaws.com',
    databaseName: 'scanner',
    databaseResourceId: 'cluster-ABCDEFGHIJKL',
    databaseOwner: 'awareness_owner',
    databaseSecurityGroupId: 'sg-0a1b2c3d4e5f60718',
    databaseCluster: 'scanner',
    databaseMaxConnections: '500',
    scanners: 'arn:aws:iam::444455556666:role/scanner',
    alarmTopicArn: 'arn:aws:sns:eu-west-1:444455556666:oncall',
  },
  emulated: {
    databaseHost: '127.0.0.1',
    databaseName: 'awareness',
    databaseOwner: 'postgres',
    databasePassword: 'for the emulator',
  },
}

export type Finding = { readonly plugin: string; readonly rule: string; readonly where: string }

export type Resource = {
  readonly Type: string
  readonly Properties: Record<string, unknown>
} & Record<string, unknown>

export type Synthesised = {
  readonly template: Template
  readonly json: { readonly Resources: Readonly<Record<string, Resource>>; readonly Outputs?: object }
  /** What the built-in template rules and cdk-nag find, warnings included. */
  readonly findings: readonly Finding[]
  /** Whether the stack is protected from termination, which no template says. */
  readonly isProtected: boolean
}

type Report = {
  readonly pluginReports: readonly {
    readonly pluginName: string
    readonly violations: readonly {
      readonly ruleName: string
      readonly violatingConstructs: readonly { readonly constructPath?: string }[]
    }[]
  }[]
}

const COMMAND_LINE = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: object }

/** One synthesis, as the CLI's, with the context of cdk.json; bundling is left out unless it is asked for. */
export function synthesise(
  context: Readonly<Record<string, unknown>>,
  { bundle = false, inspect = (_outdir: string): void => {} } = {},
): Synthesised {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-out-'))
  try {
    const bundling = bundle ? {} : { 'aws:cdk:bundling-stacks': [] }
    const { app, stack } = buildApp({ outdir, context: { ...COMMAND_LINE.context, ...bundling, ...context } })
    app.synth()
    inspect(outdir)
    const template = Template.fromStack(stack)
    return {
      template,
      json: template.toJSON() as Synthesised['json'],
      findings: findingsIn(outdir),
      isProtected: stack.terminationProtection === true,
    }
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}

function findingsIn(outdir: string): Finding[] {
  const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report
  return pluginReports.flatMap(({ pluginName, violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => ({
        plugin: pluginName,
        rule: ruleName,
        where: constructPath ?? '',
      })),
    ),
  )
}

const cache = new Map<Stage, Synthesised>()

/** The synthesis of a stage's plausible installation, made once a test file. */
export function stageTemplate(stage: Stage): Synthesised {
  const made = cache.get(stage) ?? synthesise({ stage, ...INSTALLATIONS[stage] })
  cache.set(stage, made)
  return made
}

export const everyStage = (): readonly (readonly [Stage, Synthesised])[] =>
  STAGE_NAMES.map((stage) => [stage, stageTemplate(stage)])

export const resourcesOf = ({ json }: Pick<Synthesised, 'json'>, type: string): [string, Resource][] =>
  Object.entries(json.Resources).filter(([, resource]) => resource.Type === type)
