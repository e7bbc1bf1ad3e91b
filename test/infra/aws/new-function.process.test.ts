import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { functionOf } from '../../support/policies.ts'
import { ROOT } from '../../support/repository.ts'
import { resourcesOf, type Synthesised } from '../../support/synth.ts'

/** The compiler runs twice, on machines that do other things too. */
const TIMEOUT_MS = 240_000

const COPIED = ['cli', 'functions', 'infra', 'migrations', 'shared', 'test', 'cdk.json', 'package.json']
const ALSO_COPIED = ['package-lock.json', 'tsconfig.json', 'vitest.config.ts', '.gitignore']

const ROW = `  courier: {
    folder: 'courier',
    role: 'awareness_courier',
    service: 'awareness-courier',
    secret: { field: 'courier_password', variable: 'COURIER_PASSWORD' },
    description: 'Made up by a test',
  },
`
const CONSTRUCT = `import type { Construct } from 'constructs'
import { NodeFunction, type StageParts } from './node-function.ts'

export class Courier {
  readonly function: NodeFunction

  constructor(scope: Construct, props: StageParts) {
    this.function = new NodeFunction(scope, 'Courier', {
      ...props,
      name: 'courier',
      memoryMb: 128,
      timeoutSeconds: 10,
      concurrency: 1,
    })
  }
}
`

/** Prints the template of a stage whose database signs in by passwords from a secret. */
const SYNTHESIS = `
  const { INSTALLATIONS, synthesise } = await import('./test/support/synth.ts')
  const databaseSecretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:scanner-AbCdEf'
  const { json } = synthesise({ stage: 'existing', ...INSTALLATIONS.existing, databaseSecretArn })
  process.stdout.write(JSON.stringify(json))
`

const copy = mkdtempSync(join(tmpdir(), 'fleet-awareness-copy-'))

const edit = (path: string, change: (text: string) => string): void => {
  const before = readFileSync(join(copy, path), 'utf8')
  const after = change(before)
  if (after === before) throw new Error(`nothing was changed in ${path}`)
  writeFileSync(join(copy, path), after)
}

/** What the compiler objects to in the copy. */
async function compilerErrors(): Promise<string[]> {
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  const output = await promisify(execFile)(process.execPath, [tsc, '--pretty', 'false'], { cwd: copy }).catch(
    (failed: { stdout: string }) => failed,
  )
  return output.stdout.split('\n').filter((line) => line.includes('error TS'))
}

beforeAll(() => {
  for (const path of [...COPIED, ...ALSO_COPIED])
    cpSync(join(ROOT, path), join(copy, path), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  edit('shared/domain/functions.ts', (text) =>
    text.replace('} as const satisfies FunctionTable', `${ROW}} as const satisfies FunctionTable`),
  )
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

/** Faults are played on every function: a new one is not forgotten there either. */
const NO_SCENARIO = expect.stringMatching(
  /^test\/programs\/faults\/scenarios\/deadlines\.ts\(.*Property 'courier' is missing in type/,
)

describe('a new row in the table of functions', { timeout: TIMEOUT_MS }, () => {
  it('a new row in the table of functions compiles nowhere but where its construct and the faults that are played on it are missing', async () => {
    expect(await compilerErrors()).toEqual([
      expect.stringMatching(/^infra\/aws\/awareness-stack\.ts\(.*Property 'courier' is missing in type/),
      NO_SCENARIO,
    ])
  })

  it('a new row in the table of functions is all that the stack needs beside a folder and a construct', async () => {
    mkdirSync(join(copy, 'functions/courier'))
    writeFileSync(join(copy, 'functions/courier/handler.ts'), 'export const handler = async () => {}\n')
    writeFileSync(join(copy, 'infra/aws/constructs/courier.ts'), CONSTRUCT)
    edit('infra/aws/awareness-stack.ts', (text) =>
      text
        .replace(
          'import { Database }',
          "import { Courier } from './constructs/courier.ts'\nimport { Database }",
        )
        .replace(
          '      migrate: migrate.function,',
          (line) => `${line}\n      courier: new Courier(this, parts).function,`,
        ),
    )
    expect(await compilerErrors()).toEqual([NO_SCENARIO])

    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', SYNTHESIS], {
      cwd: copy,
      encoding: 'utf8',
      maxBuffer: 16 * 1024 * 1024,
    })
    const json = JSON.parse(printed) as Synthesised['json']
    const courier = functionOf({ json }, 'courier')
    const [[migrated] = ['']] = resourcesOf({ json }, 'Custom::Migrations')
    expect(courier).toMatchObject({
      DependsOn: expect.arrayContaining([migrated]),
      Properties: {
        FunctionName: 'fleet-awareness-existing-courier',
        Environment: { Variables: { DATABASE_USER: 'awareness_courier' } },
      },
    })
    expect(JSON.stringify(courier)).toContain(':courier_password:')
    const alarms = resourcesOf({ json }, 'AWS::CloudWatch::Alarm')
    const [, unreachable] =
      alarms.find(([, { Properties }]) => /database-unreachable$/.test(String(Properties.AlarmName))) ?? []
    expect(JSON.stringify(unreachable)).toContain('awareness-courier')
    const dashboard = JSON.stringify(resourcesOf({ json }, 'AWS::CloudWatch::Dashboard'))
    expect(dashboard).toContain('Courier')
    const faults = resourcesOf({ json }, 'AWS::Logs::QueryDefinition').find(([, { Properties }]) =>
      /Faults$/.test(String(Properties.Name)),
    )
    expect(JSON.stringify(faults)).toContain('CourierLogs')
  })
})
