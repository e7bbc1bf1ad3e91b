import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { HostId } from '../../../shared/domain/ids.ts'
import { freshDatabase, type TestDatabase } from '../../pg/database.ts'
import { ANSWER, addHosts, environment, invoke, locksHeld } from './invocations.ts'

const HOLDER = fileURLToPath(new URL('./holder.ts', import.meta.url))

/** An invocation in a process of its own, in the middle of its probe. */
async function holdInAnotherProcess(db: TestDatabase, hostId: HostId): Promise<ChildProcess> {
  const child = spawn(process.execPath, [HOLDER, JSON.stringify(db.as('awareness_probe')), hostId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  expect(String(line)).toBe('holding 1\n')
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

it('a holder that is killed frees its host, and stores no half result', async () => {
  await using db = await freshDatabase()
  const hosts = await addHosts(db.sql, 1)
  const child = await holdInAnotherProcess(db, hosts[0] as HostId)
  child.kill('SIGKILL')
  await untilFree(db, hosts)
  expect(await db.sql`select consecutive_successes, consecutive_failures from host_liveness`).toEqual([
    { consecutive_successes: 1, consecutive_failures: 0 },
  ])
})

it('a holder that is frozen loses its host after the timeout of its database role', async () => {
  await using db = await freshDatabase()
  const hosts = await addHosts(db.sql, 1)
  const [role] = await db.sql`select rolconfig from pg_roles where rolname = 'awareness_probe'`
  expect(String(role?.rolconfig)).toContain('idle_in_transaction_session_timeout=15s')
  // The same setting, shorter, so that nobody waits.
  await db.sql.unsafe(`alter role awareness_probe in database ${db.owner.database}
    set idle_in_transaction_session_timeout = '2s'`)

  const child = await holdInAnotherProcess(db, hosts[0] as HostId)
  try {
    child.kill('SIGSTOP')
    await using deps = environment(db)
    expect((await invoke(deps, hosts, async () => ANSWER))[0]?.outcome).toBe('in_flight')
    await untilFree(db, hosts)
  } finally {
    child.kill('SIGKILL')
  }
  expect(await db.sql`select count(*)::int as events from audit_events`).toEqual([{ events: 1 }])
})
