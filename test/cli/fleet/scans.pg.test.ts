import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeScans } from '../../../functions/drift/judge-scans.ts'
import { driftPorts } from '../../../functions/runtime/drift-ports.ts'
import { type OpenDatabase, openDatabase } from '../../../shared/db/transaction.ts'
import { databaseUrl, fleet } from '../../support/fleet-command.ts'
import { announced } from '../../support/functions/drift.ts'
import { addHost } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'
import { type RecordedScan, ruleSet, scanned } from '../../support/recorded-scans.ts'

const STRANGER = '00000000-0000-4000-8000-000000000000'

let db: TestDatabase
let database: OpenDatabase
beforeAll(async () => {
  db = await freshDatabase()
  database = openDatabase(db.as('awareness_drift'))
})
afterAll(async () => {
  await database.close()
  await db[Symbol.asyncDispose]()
})

const local = (...args: string[]) => fleet(['--local', ...args], databaseUrl(db))

async function hostNamed(name: string): Promise<string> {
  const hostId = await addHost(db.sql)
  await db.sql`update hosts set hostname = ${name} where id = ${hostId}`
  return hostId
}

/** A first scan, a stable one, and one that is worse by 10 pp. */
async function judgedHost(name: string): Promise<{ hostId: string; scans: RecordedScan[] }> {
  const hostId = await hostNamed(name)
  const scans = [
    await scanned(db.sql, hostId, 1, ruleSet({ pass: 20 })),
    await scanned(db.sql, hostId, 2, ruleSet({ pass: 20 })),
    await scanned(db.sql, hostId, 3, ruleSet({ pass: 18, fail: 2 })),
  ]
  // Judged in another order than they were recorded in.
  await judgeScans(driftPorts(database), scans.toReversed().map(announced))
  return { hostId, scans }
}

describe('fleet scans', () => {
  it('fleet scans lists the scans of a host, newest first, each with its verdict', async () => {
    const { scans } = await judgedHost('web-1')
    const { out, code } = await local('scans', 'web-1')
    expect(code).toBe(0)
    expect(out.trimEnd().split('\n')).toEqual([
      'COMPLETED             VERDICT                            BEFORE  AFTER   DELTA  NEW RULES  SCAN',
      `2026-01-01T03:00:00Z  major worsening                     100 %   90 %  -10 pp          0  ${scans[2]?.scanId}`,
      `2026-01-01T02:00:00Z  stable                              100 %  100 %    0 pp          0  ${scans[1]?.scanId}`,
      `2026-01-01T01:00:00Z  not comparable: no prior baseline       –  100 %       –         20  ${scans[0]?.scanId}`,
    ])
  })

  it('fleet scans prints the columns of the table as JSON', async () => {
    const { hostId, scans } = await judgedHost('web-2')
    const lines = (await local('--json', 'scans', hostId)).json()
    expect(lines.map(({ scan_id }) => scan_id)).toEqual(scans.map(({ scanId }) => scanId).toReversed())
    expect(lines[0]).toEqual({
      host_id: hostId,
      scan_id: scans[2]?.scanId,
      completed_at: '2026-01-01T03:00:00.000Z',
      judged_at: expect.stringMatching(/^\d{4}-.*Z$/),
      kind: 'major_worsening',
      not_comparable: null,
      prior_score: 100,
      current_score: 90,
      score_delta: -10,
      like_for_like_delta: -10,
      basis: 'all_rules',
      new_rules: 0,
    })
    const columns = await db.sql<{ name: string }[]>`
      select column_name as name from information_schema.columns where table_name = 'scan_verdicts'`
    expect(Object.keys(lines[0] ?? {}).sort()).toEqual(columns.map(({ name }) => name).sort())
  })

  it('fleet scans shows the delta that was compared, and the scores that it lies between', async () => {
    const hostId = await hostNamed('web-3')
    await db.sql`update policy set drift_basis = 'common_rules'`
    const scans = [
      await scanned(db.sql, hostId, 1, ruleSet({ pass: 5, fail: 5 })),
      await scanned(db.sql, hostId, 2, ruleSet({ pass: 4, fail: 6, error: 0 })),
      await scanned(db.sql, hostId, 3, { ...ruleSet({ pass: 3, fail: 7 }), ...newRules(70) }),
    ]
    await judgeScans(driftPorts(database), scans.map(announced))
    await db.sql`update policy set drift_basis = 'all_rules'`
    const [, newest] = (await local('scans', 'web-3')).out.split('\n')
    expect(newest).toMatch(/ major worsening of known rules +40 % +30 % +-10 pp +70 /)
  })

  it('fleet scans says that there are older ones, and finds a host that has left the fleet by its id', async () => {
    const { hostId } = await judgedHost('web-4')
    await db.sql`update hosts set deleted_at = now() where id = ${hostId}`
    const { out, err } = await local('scans', hostId, '--limit', '2')
    expect(out.trimEnd().split('\n')).toHaveLength(3)
    expect(err).toBe('there are older ones: --limit 2 leaves them out\n')
  })

  it('fleet scans tells a host without scans from one that was never in the fleet', async () => {
    const hostId = await hostNamed('web-5')
    expect(await local('scans', hostId)).toMatchObject({ code: 0, out: 'no scans\n' })
    expect(await local('scans', STRANGER)).toMatchObject({
      code: 3,
      out: '',
      err: `no host of the fleet has the name, address or id "${STRANGER}"\n`,
    })
    expect(await local('scans')).toMatchObject({
      code: 2,
      err: 'usage: npm run fleet -- (--stage STAGE | --local) scans HOST [--limit N]\n',
    })
  })
})

describe('fleet scans forget', () => {
  it('fleet scans forget takes a scan back, and the audit log says which', async () => {
    const { hostId, scans } = await judgedHost('web-6')
    const scanId = scans[2]?.scanId ?? ''
    const { code, out } = await local('scans', 'forget', 'web-6', scanId.toUpperCase())
    expect({ code, out }).toEqual({
      code: 0,
      out: `forgotten: scan ${scanId} of 2026-01-01T03:00:00Z, which had changed 2 rules\n`,
    })
    expect((await local('--json', 'scans', 'web-6')).json().map(({ scan_id }) => scan_id)).toEqual([
      scans[1]?.scanId,
      scans[0]?.scanId,
    ])
    expect(await db.sql`select from transactions where scan_id = ${scanId}`).toHaveLength(0)
    const events = await local('events', '--host', 'web-6', '--action', 'scan.forgotten')
    expect(events.out).toMatch(
      new RegExp(
        ` scan\\.forgotten +web-6 +scan ${scanId} of 2026-01-01T03:00:00Z, which had changed 2 rules$`,
        'm',
      ),
    )
    const [event] = (await local('--json', 'events', '--action', 'scan.forgotten')).json()
    expect(event).toMatchObject({ actor_id: 'awareness-operate', severity: 'warning', resource_id: hostId })
    expect(await local('scans', 'forget', 'web-6', scanId)).toMatchObject({
      code: 3,
      out: '',
      err: `no scan ${scanId} of web-6 is recorded\n`,
    })
  })

  it('fleet scans forget prints for programs what was taken back', async () => {
    const { hostId, scans } = await judgedHost('web-7')
    const scanId = scans[0]?.scanId ?? ''
    expect((await local('--json', 'scans', 'forget', hostId, scanId)).json()).toEqual([
      {
        outcome: 'forgotten',
        host_id: hostId,
        scan_id: scanId,
        completed_at: '2026-01-01T01:00:00.000Z',
        rules: 20,
        changes: 20,
      },
    ])
  })

  it('fleet scans forget refuses what is no scan id', async () => {
    expect(await local('scans', 'forget', 'web-6', 'newest')).toMatchObject({
      code: 2,
      err: 'SCAN-ID "newest" is not a UUID\n',
    })
    expect(await local('scans', 'forget', 'web-6')).toMatchObject({
      code: 2,
      err: 'usage: npm run fleet -- (--stage STAGE | --local) scans forget HOST SCAN-ID\n',
    })
  })
})

const newRules = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`new${i}`, 'pass']))
