import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { BEHAVIOURS, startLoopbackHost } from '../../../infra/local/demonstration/loopback-host.ts'
import type { HostId } from '../../../shared/domain/ids.ts'
import { ANSWER, environment, invoke, locksHeld } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'

const HOLDER = fileURLToPath(new URL('./holder.ts', import.meta.url))
const HALF_SENDER = fileURLToPath(new URL('./half-sender.ts', import.meta.url))

/** Whether the holder's session has read the state of its hosts, and is idle while they are probed. */
async function isProbing(db: TestDatabase): Promise<boolean> {
  const [session] = await db.sql`
    select state = 'idle in transaction' and query like '%host_liveness%' as probing from pg_stat_activity
    where usename = 'awareness_probe' and datname = current_database()`
  return session?.probing === true
}

/** Runs `disturb` on the process of an invocation that waits for its host, which never says anything. */
async function inMidProbe(db: TestDatabase, disturb: (child: ChildProcess) => void): Promise<ChildProcess> {
  await using silent = await startLoopbackHost(BEHAVIOURS.silent)
  await db.sql`update hosts set ip_address = ${silent.address}, port = ${silent.port}`
  const [host] = await db.sql<{ id: string }[]>`select id from hosts`
  const child = spawn(process.execPath, [HOLDER, JSON.stringify(db.as('awareness_probe')), host?.id ?? ''], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await expect.poll(() => locksHeld(db.sql), { timeout: 60_000, interval: 20 }).toBe(1)
  await expect.poll(() => isProbing(db), { timeout: 60_000, interval: 20 }).toBe(true)
  disturb(child)
  return child
}

/** Probes until the host is free, as its next scheduled probes would. */
async function untilFree(db: TestDatabase, hosts: readonly HostId[]): Promise<void> {
  await using deps = environment(db)
  await expect
    .poll(async () => (await invoke(deps, hosts, async () => ANSWER)).map(({ outcome }) => outcome), {
      timeout: 60_000,
      interval: 100,
    })
    .toEqual(['probed'])
  expect(await locksHeld(db.sql)).toBe(0)
}

/** One probe is stored, of which one event tells: the lost one left nothing. */
async function expectOneProbe(db: TestDatabase): Promise<void> {
  expect(await db.sql`select consecutive_successes, consecutive_failures from host_liveness`).toEqual([
    { consecutive_successes: 1, consecutive_failures: 0 },
  ])
  expect(await db.sql`select detail ->> 'new_status' as became from audit_events`).toEqual([
    { became: 'reachable' },
  ])
}

it('a holder that is killed in mid-probe frees its host, and stores no half result', async () => {
  await using db = await freshDatabase()
  const hosts = await addHosts(db.sql, 1)
  await inMidProbe(db, (child) => child.kill('SIGKILL'))
  await untilFree(db, hosts)
  await expectOneProbe(db)
})

it('a holder that is frozen in mid-probe loses its host after the timeout of its database role', async () => {
  await using db = await freshDatabase()
  const hosts = await addHosts(db.sql, 1)
  const [role] = await db.sql`select rolconfig from pg_roles where rolname = 'awareness_probe'`
  expect(String(role?.rolconfig)).toContain('idle_in_transaction_session_timeout=15s')
  // The same setting, shorter, so that nobody waits.
  const here = `alter role awareness_probe in database ${db.owner.database}`
  await db.sql.unsafe(`${here} set idle_in_transaction_session_timeout = '2s'`)

  const child = await inMidProbe(db, (holder) => holder.kill('SIGSTOP'))
  try {
    await using deps = environment(db)
    expect((await invoke(deps, hosts, async () => ANSWER))[0]?.outcome).toBe('in_flight')
    await untilFree(db, hosts)
  } finally {
    child.kill('SIGKILL')
  }
  await expectOneProbe(db)
})

it('a holder that is frozen in the middle of sending a statement, and so is not idle, loses its locks too', async ({
  skip,
}) => {
  await using db = await freshDatabase()
  const [server] = await db.sql<{ version: number }[]>`
    select current_setting('server_version_num')::int as version`
  // Before PostgreSQL 17 keepalives end it, as a frozen Lambda answers none. The kernel answers for a process here.
  skip((server?.version ?? 0) < 170_000, 'transaction_timeout came with PostgreSQL 17')
  const [role] = await db.sql`select rolconfig from pg_roles where rolname = 'awareness_probe'`
  expect(String(role?.rolconfig)).toContain('transaction_timeout=20s')
  await db.sql.unsafe(
    `alter role awareness_probe in database ${db.owner.database} set transaction_timeout = '6s'`,
  )
  const child = spawn(process.execPath, [HALF_SENDER, JSON.stringify(db.as('awareness_probe'))], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    await expect.poll(() => locksHeld(db.sql), { timeout: 60_000, interval: 20 }).toBe(1)
    const itsState = async () =>
      (
        await db.sql`select state from pg_stat_activity where usename = 'awareness_probe'
      and datname = current_database()`
      )[0]?.state
    await expect.poll(itsState, { timeout: 5_000, interval: 20 }).toBe('active')
    await expect.poll(() => locksHeld(db.sql), { timeout: 60_000, interval: 100 }).toBe(0)
  } finally {
    child.kill('SIGKILL')
  }
})
