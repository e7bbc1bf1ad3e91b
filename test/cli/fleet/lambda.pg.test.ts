import { describe, expect, it } from 'vitest'
import { createOperateHandler } from '../../../functions/operate/handler.ts'
import { createProbeHandler } from '../../../functions/probe/handler.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import { openDatabase } from '../../../shared/db/transaction.ts'
import { fleet, fleetFile } from '../../support/fleet-command.ts'
import { collectOutput, lambdaContext } from '../../support/functions/probe.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { type LambdaEndpoint, lambdaEndpoint } from '../../support/servers/lambda-endpoint.ts'
import { startSshServer } from '../../support/servers/ssh-server.ts'

const SYNCHRONOUS_PAYLOAD_BYTES = 6 * 1024 * 1024

/** Lambda with the real functions of stage `test`, each under its own database role. */
async function deployedStage(db: TestDatabase): Promise<LambdaEndpoint> {
  const databases = [
    openDatabase(db.as('awareness_operate')),
    openDatabase(db.as('awareness_probe')),
  ] as const
  const telemetry = createTelemetry({ service: 'test', stage: 'test', output: collectOutput().stream })
  const now = () => new Date()
  const operate = createOperateHandler({
    database: databases[0],
    telemetry,
    now,
    installation: { stage: 'test', serverParameters: { max_connections: 1_000_000 }, hasIpv6: true },
  })
  const probe = createProbeHandler({ database: databases[1], telemetry, now })
  const functions = new Map<string, typeof operate | typeof probe>([
    ['fleet-awareness-test-operate', operate],
    ['fleet-awareness-test-probe', probe],
  ])
  const endpoint = await lambdaEndpoint(async (name, event) => {
    const handler = functions.get(name)
    if (handler === undefined) return { refused: 'ResourceNotFoundException', status: 404 }
    try {
      return { answer: await handler(event, lambdaContext()) }
    } catch (error) {
      return { thrown: error instanceof Error ? error : new Error(String(error)) }
    }
  })
  return {
    ...endpoint,
    [Symbol.asyncDispose]: async () => {
      await endpoint[Symbol.asyncDispose]()
      for (const database of databases) await database.close()
    },
  }
}

describe('a stage in AWS', () => {
  it('a stage in AWS is operated through its functions: a fleet comes in, a host is probed, the policy is turned', async () => {
    await using db = await freshDatabase()
    await using stage = await deployedStage(db)
    await using server = await startSshServer()
    using file = fleetFile(`address,name,port\n127.0.0.1,up,${server.port}\n`)
    const run = (...args: string[]) => fleet(['--stage', 'test', ...args], stage.env)

    expect(await run('import', file.path)).toMatchObject({
      code: 0,
      err: '',
      out: '1 host added, 0 changed, 0 as before\n',
    })
    expect((await run('probe', 'up')).code).toBe(0)
    expect((await run('policy', 'set', 'hosts_per_schedule=500')).code).toBe(0)
    expect((await run('host', 'up')).out).toMatch(/state +reachable, since/)
    const status = (await run('status')).out
    expect(status).toMatch(/^stage +test$/m)
    expect(status).toMatch(/^hosts reachable +1$/m)
    expect(status).toMatch(/^policy hosts_per_schedule +500$/m)
    expect(status).toMatch(/^warning: max_connections is \d+, and the settings ask for 1000000: reboot/m)
    expect((await run('status', '--json')).json()).toMatchObject([{ stage: 'test', hosts: { reachable: 1 } }])
    expect((await run('events', '--json')).json().map(({ action }) => action)).toEqual([
      'policy.changed',
      'host.connectivity.checked',
      'fleet.hosts.added',
    ])
    expect(new Set(stage.invocations.map(({ name }) => name))).toEqual(
      new Set(['fleet-awareness-test-operate', 'fleet-awareness-test-probe']),
    )
  })

  it('a stage in AWS takes and gives a large fleet in parts that Lambda takes, and prunes it exactly', async () => {
    await using db = await freshDatabase()
    await using stage = await deployedStage(db)
    const rows = Array.from(
      { length: 12_001 },
      (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255},host-${i}`,
    )
    using whole = fleetFile(`address,name\n${rows.join('\n')}\n`)
    using most = fleetFile(`address,name\n${rows.slice(1, -1).join('\n')}\n`)
    const run = (...args: string[]) => fleet(['--stage', 'test', ...args], stage.env)

    expect((await run('import', whole.path)).out).toBe('12,001 hosts added, 0 changed, 0 as before\n')
    expect(stage.invocations.length).toBeGreaterThan(3)
    for (const { bytes } of stage.invocations) expect(bytes).toBeLessThan(SYNCHRONOUS_PAYLOAD_BYTES)
    expect((await run('import', most.path, '--prune')).code).toBe(5)
    const pruned = await run('import', most.path, '--prune', '--yes', '--json')
    expect(pruned.json()).toEqual([{ added: 0, changed: 0, unchanged: 11_999, missing: 2, removed: 2 }])
    const hosts = (await run('hosts', '--json')).json()
    expect(new Set(hosts.map(({ name }) => name)).size).toBe(11_999)
  })

  it('a stage that is not deployed is told in one clear line', async () => {
    await using db = await freshDatabase()
    await using stage = await deployedStage(db)
    const { code, out, err } = await fleet(['--stage', 'prod', 'hosts'], stage.env)
    expect([code, out]).toEqual([1, ''])
    expect(err).toBe(
      'there is no function fleet-awareness-prod-operate in eu-central-1: is stage prod deployed there? (AWS_REGION, AWS_PROFILE)\n',
    )
  })

  it('a stage whose function fails says what it failed with', async () => {
    await using db = await freshDatabase()
    await using stage = await deployedStage(db)
    await db.sql`delete from policy`
    const { code, err } = await fleet(['--stage', 'test', 'policy'], stage.env)
    expect(code).toBe(1)
    expect(err).toMatch(
      /^fleet-awareness-test-operate failed: Error: the table policy has lost its row.*\(its log says more\)\n$/,
    )
  })
})
