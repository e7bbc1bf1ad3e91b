import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { EXIT } from '../../../cli/terminal/exit-codes.ts'
import { type Account, openAccount } from './account.ts'
import { runProgram } from './run-program.ts'

describe('npm run preflight in an AWS account', () => {
  let account: Account
  beforeAll(async () => {
    account = await openAccount()
  })
  afterAll(() => account?.close())

  const preflight = async (...args: readonly string[]) => {
    const command = ['run', '--silent', 'preflight', '--', ...args, '--json']
    const { exitCode, out, said } = await runProgram('npm', command, account.emulator.environment)
    const findings = out.split('\n').filter((line) => line !== '')
    return { exitCode, said, levels: Object.fromEntries(findings.map(levelOf)) }
  }

  it('npm run preflight in an AWS account finds that the CDK is not bootstrapped', async () => {
    const { exitCode, levels, said } = await preflight('--stage', 'dev')
    expect(levels, said).toMatchObject({
      account: 'ok',
      bootstrap: 'failure',
      stack: 'ok',
      names: 'ok',
      concurrency: 'ok',
      zones: 'ok',
      addresses: 'ok',
      // The emulator has no Service Quotas, and its RDS offers nothing.
      quotas: 'warning',
      Scheduler: 'warning',
    })
    expect(exitCode).toBe(EXIT.failed)
  })

  it('npm run preflight in an AWS account finds nothing that would fail once it is bootstrapped', async () => {
    expect((await account.cdk.bootstrap()).exitCode).toBe(0)
    const { host, port, username, password } = account.database
    const context = {
      databaseHost: host,
      databasePort: port,
      databaseName: 'awareness',
      databaseOwner: username,
      databasePassword: password,
    }
    const values = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const { exitCode, levels, said } = await preflight('--stage', 'emulated', ...values)
    expect(levels, said).toEqual({
      account: 'ok',
      bootstrap: 'ok',
      stack: 'ok',
      names: 'ok',
      concurrency: 'ok',
      Scheduler: 'warning',
    })
    expect(exitCode).toBe(EXIT.done)
  })
})

function levelOf(line: string): [check: string, level: string] {
  const { check, level } = z.object({ check: z.string(), level: z.string() }).parse(JSON.parse(line))
  return [check, level]
}
