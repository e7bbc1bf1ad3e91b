import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../support/repository.ts'
import { INSTALLATIONS } from '../../support/synth.ts'
import { ANSWERS, denied, startRecordedAccount } from './recorded-account.ts'

type Ended = { readonly code: number; readonly lines: string[]; readonly errors: string }

/** Runs the program with these arguments, in an environment without anything of this machine's own AWS set-up. */
function preflight(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
  const program = [join(ROOT, 'cli/preflight/main.ts'), ...args]
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...environment,
  }
  return new Promise((resolve) => {
    execFile(process.execPath, program, { env }, (error, stdout, stderr) => {
      const lines = stdout.split('\n').filter((line) => line !== '')
      resolve({ code: error === null ? 0 : Number(error.code), lines, errors: stderr })
    })
  })
}

const IDENTITY = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'a secret of no account',
}
/** The program in an account that answers so. */
async function inAccount(answers: typeof ANSWERS, ...args: string[]): Promise<Ended & { calls: string[] }> {
  await using account = await startRecordedAccount(answers)
  const ended = await preflight({ ...IDENTITY, AWS_ENDPOINT_URL: account.endpoint }, ...args)
  return { ...ended, calls: [...account.calls] }
}

const findProblems = ({ lines }: Ended): string[] => lines.filter((line) => !line.startsWith('ok '))

describe('npm run preflight', () => {
  it('npm run preflight reads from every service what would fail, and exits with 1', async () => {
    const ended = await inAccount(ANSWERS, '--stage', 'dev', '--hosts', '10_000')
    expect(findProblems(ended)).toEqual([
      expect.stringMatching(/^failure {2}names: log group: there is a log group \/aws\/lambda\/fleet-aware/),
      expect.stringMatching(/^failure {2}names: schedule group: there is a .* fleet-awareness-dev-probes/),
      expect.stringMatching(/^failure {2}concurrency: .* but 10 of the account's 10 are not reserved/),
      expect.stringMatching(/^failure {2}zones: Lambda is not in the zone us-east-1a \(use1-az3\)/),
      expect.stringMatching(
        /^warning {2}addresses: .* overlaps with 10\.91\.4\.0\/24 of vpc-far \(peered by/,
      ),
      expect.stringMatching(/^warning {2}Scheduler: 10000 hosts need 34 invocations per second/),
    ])
    expect(ended.lines[0]).toBe('ok       account: this is the account 111122223333, in us-east-1')
    expect(ended.lines).toContain('ok       bootstrap: the CDK is bootstrapped, version 28')
    expect(ended.lines).toContain('ok       database: RDS offers aurora-postgresql 17.7 on db.serverless')
    expect(ended.lines).toContain('ok       quotas: there is room for a VPC and its Elastic IP addresses')
    expect(ended.errors).toBe('4 of 11 checks would make a deployment fail\n')
    expect(ended.code).toBe(1)
  })

  it('npm run preflight only reads', async () => {
    const calls = [
      ...(await inAccount(ANSWERS, '--stage', 'dev')).calls,
      ...(await inAccount(ANSWERS, '--stage', 'existing', ...contextOf('existing'))).calls,
    ]
    expect(calls.length).toBeGreaterThan(20)
    expect(calls.filter((call) => !/^(Get|Describe|List|GET )/.test(call))).toEqual([])
  })

  it('npm run preflight exits with 0 where nothing would fail', async () => {
    const answers = {
      ...ANSWERS,
      DescribeLogGroups: { body: { logGroups: [] } },
      'GET /schedule-groups': { body: { ScheduleGroups: [] } },
    }
    const context = ['-c', 'reserve=no', '-c', 'availabilityZones=us-east-1b,us-east-1c']
    const zone =
      '<item><zoneName>us-east-1c</zoneName><zoneId>use1-az2</zoneId><zoneState>available</zoneState></item>'
    const zones = String(ANSWERS.DescribeAvailabilityZones?.body).replace(
      '</availabilityZoneInfo>',
      `${zone}$&`,
    )
    const offered = String(ANSWERS.DescribeOrderableDBInstanceOptions?.body).replace('1a</Name>', '1c</Name>')
    const ended = await inAccount(
      {
        ...answers,
        DescribeAvailabilityZones: { body: zones },
        DescribeOrderableDBInstanceOptions: { body: offered },
      },
      '--stage',
      'dev',
      '--hosts',
      '100',
      ...context,
    )
    expect(findProblems(ended)).toEqual([expect.stringMatching(/^warning {2}addresses: /)])
    expect([ended.code, ended.errors]).toEqual([
      0,
      'nothing would fail; 1 of 10 checks ended with a warning\n',
    ])
  })

  it('npm run preflight finds no way to AWS from existing subnets', async () => {
    const ended = await inAccount(
      ANSWERS,
      '--stage',
      'existing',
      ...contextOf('existing'),
      '-c',
      'endpoints=no',
    )
    expect(findProblems(ended).filter((line) => line.includes('way to AWS'))).toEqual([
      expect.stringMatching(
        /subnet-0a1b2c3d4e5f60718 has no route out, and no endpoint for scheduler, lambda, events, sns:/,
      ),
      expect.stringMatching(
        /subnet-0b1b2c3d4e5f60718 is a public one: .* and no endpoint for scheduler, lambda, events, sns, s3:/,
      ),
    ])
    expect(ended.lines).toContain(
      'ok       subnets: the subnets are in vpc-0a1b2c3d4e5f60718, in us-east-1a and us-east-1b',
    )
  })

  it('npm run preflight goes on where single calls are refused, and says what right is missing', async () => {
    const ended = await inAccount(
      {
        ...ANSWERS,
        GetParameter: denied.json('AccessDeniedException'),
        DescribeVpcs: denied.ec2('UnauthorizedOperation'),
        DescribeDBEngineVersions: denied.query('AccessDenied'),
      },
      '--stage',
      'dev',
    )
    expect(findProblems(ended).filter((line) => line.includes('could not be checked'))).toEqual([
      'warning  bootstrap: this could not be checked: you have no right to ssm:GetParameter',
      'warning  database: this could not be checked: you have no right to rds:DescribeDBEngineVersions and rds:DescribeOrderableDBInstanceOptions',
      'warning  addresses: this could not be checked: you have no right to ec2:DescribeVpcs and ec2:DescribeVpcPeeringConnections',
      'warning  quotas: this could not be checked: you have no right to servicequotas:GetServiceQuota, ec2:DescribeVpcs and ec2:DescribeAddresses',
    ])
    expect(ended.code).toBe(1)
  })

  it('npm run preflight -- --json prints one JSON object for each check', async () => {
    const { lines, errors } = await inAccount(ANSWERS, '--stage', 'dev', '--json')
    const findings = lines.map((line): Record<string, unknown> => JSON.parse(line))
    expect(findings[0]).toEqual({
      check: 'account',
      level: 'ok',
      says: 'this is the account 111122223333, in us-east-1',
    })
    for (const finding of findings) expect(Object.keys(finding)).toEqual(['check', 'level', 'says'])
    expect(errors).toBe('')
  })

  it.each<[string, Record<string, string>, string]>([
    ['no region', {}, 'there is no AWS region: set AWS_REGION'],
    ['no credentials', { AWS_REGION: 'us-east-1' }, 'there are no AWS credentials: sign in'],
    [
      'no network',
      { ...IDENTITY, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
      'AWS does not answer (ECONNREFUSED): is there a way to it from here?',
    ],
  ])('npm run preflight says in one sentence that there is %s', async (_what, environment, sentence) => {
    const { code, lines } = await preflight(environment, '--stage', 'dev')
    expect(lines).toEqual([expect.stringContaining(`nothing could be checked: ${sentence}`)])
    expect(code).toBe(1)
  })

  it('npm run preflight exits with 2 for settings and arguments that are wrong, before it asks AWS', async () => {
    const wrong = await preflight({}, '--stage', 'existing', '-c', 'vpcId=mine')
    expect(wrong.code).toBe(2)
    expect(wrong.errors).toContain('stage existing needs -c subnetIds=…')
    expect((await preflight({}, '--stage', 'dev', '-c', 'reserve')).errors).toContain(
      'is not of the form NAME=VALUE',
    )
    expect((await preflight({})).errors).toContain('which stage?')
  })
})

function contextOf(stage: keyof typeof INSTALLATIONS): string[] {
  return Object.entries(INSTALLATIONS[stage]).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
