import { join } from 'node:path'
import { ListScheduleGroupsCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  BEHAVIOURS,
  type LoopbackHost,
  startLoopbackHost,
} from '../../../infra/local/demonstration/loopback-host.ts'
import { connect } from '../../../shared/db/client.ts'
import { createNames } from '../../../shared/domain/names.ts'
import { type Account, openAccount, STAGE } from './account.ts'
import { ACCOUNT, REGION } from './emulator.ts'
import { functionLogs } from './function-logs.ts'
import { renameAsBefore } from './old-names.ts'
import { operatorOf } from './operator.ts'

const WITHIN_MINUTES = { timeout: 280_000, interval: 2_000 }
const NAMES = createNames(STAGE)
/** The functions that run by themselves: fan-out, inventory, publish. */
const CLOCKS = 3
const OLD = { probes: `${STAGE}-probes`, clocks: `${STAGE}-clock` }

describe('a stage that was deployed before all names had one prefix', () => {
  let account: Account
  let scheduler: SchedulerClient
  let hosts: LoopbackHost[]

  beforeAll(async () => {
    account = await openAccount()
    scheduler = new SchedulerClient({
      endpoint: account.emulator.endpoint,
      region: REGION,
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'emulated' },
    })
    hosts = await Promise.all([1, 2].map(() => startLoopbackHost(BEHAVIOURS.healthy)))
  })

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    const { endpoint, log } = account.emulator
    const functions = await functionLogs(endpoint).catch((error: unknown) => `no function logs: ${error}`)
    process.stderr.write(`\n--- emulator\n${log().slice(-20_000)}\n${functions}\n`)
  })

  afterAll(async () => {
    await Promise.all((hosts ?? []).map((host) => host.stop()))
    scheduler?.destroy()
    await account?.close()
  })

  /** How many schedules each group has that has any. */
  const schedules = async (): Promise<Record<string, number>> => {
    const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}))
    const groups = Map.groupBy(Schedules, ({ GroupName = '' }) => GroupName)
    return Object.fromEntries([...groups].map(([name, members]) => [name, members.length]))
  }
  const appliedHashes = async (): Promise<string[]> => {
    const owner = connect(account.database)
    const rows = await owner<{ spec_hash: string }[]>`select spec_hash from probe_schedules order by name`
    await owner.end()
    return rows.map(({ spec_hash }) => spec_hash)
  }

  it('a stage that was deployed with the old names probes its hosts by schedules in the old group', async () => {
    for (const step of [account.cdk.bootstrap, account.cdk.synthesise]) {
      const { exitCode, said } = await step()
      expect(exitCode, said).toBe(0)
    }
    renameAsBefore(account.cdk.output, STAGE)
    const { exitCode, said } = await account.cdk.deployOutput()
    expect(exitCode, said).toBe(0)
    const owner = connect(account.database)
    await owner`update policy set allowed_addresses = 'loopback'`
    for (const [i, { address, port }] of hosts.entries()) {
      await owner`insert into hosts (hostname, ip_address, port) values (${`host-${i}`}, ${address}, ${port})`
    }
    await owner.end()
    await expect.poll(schedules, WITHIN_MINUTES).toEqual({ [OLD.probes]: hosts.length, [OLD.clocks]: CLOCKS })
  })

  it('a stage that was deployed with the old names has one set of schedules after an upgrade, in the new groups', async () => {
    const before = await appliedHashes()
    const { exitCode, said } = await account.cdk.deploy(join(account.folder, 'outputs.json'))
    expect(exitCode, said).toBe(0)
    await expect
      .poll(schedules, WITHIN_MINUTES)
      .toEqual({ [NAMES.probeSchedules]: hosts.length, [NAMES.clocks]: CLOCKS })
    const { ScheduleGroups = [] } = await scheduler.send(new ListScheduleGroupsCommand({}))
    expect(ScheduleGroups.map(({ Name }) => Name).sort()).toEqual(
      ['default', NAMES.clocks, NAMES.probeSchedules].sort(),
    )
    // What the database says was applied to the old group counts for nothing in the new one.
    const after = await appliedHashes()
    expect(after).toHaveLength(hosts.length)
    expect(before.filter((hash) => after.includes(hash))).toEqual([])
  })

  it('a stage that was deployed with the old names probes by the new ones afterwards', async () => {
    const operator = operatorOf(STAGE, account.emulator.environment)
    const states = async () => (await operator.hosts()).map(({ state }) => state)
    await expect.poll(states, WITHIN_MINUTES).toEqual(hosts.map(() => 'reachable'))
    const owner = connect(account.database)
    await owner`update hosts set deleted_at = now()`
    await owner.end()
    await expect.poll(schedules, WITHIN_MINUTES).toEqual({ [NAMES.clocks]: CLOCKS })
  })
})
