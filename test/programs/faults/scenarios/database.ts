import { setTimeout as delay } from 'node:timers/promises'
import { type Connection, connect, type Sql } from '../../../../shared/db/client.ts'
import type { Farm } from '../../../support/servers/ssh-farm.ts'
import type { Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

const SLOW_HOSTS_MS = 300
const CUT_EVERY_MS = 150
const LOCKS_A_STATEMENT = 200

const stopped: Scenario = {
  fault: 'PostgreSQL stopped and started',
  lastsMs: 6_000,
  bring: async ({ database }) => {
    await database.stop()
    return database.start
  },
}

/** Hosts are slow to answer, so that most are cut in the middle of a transaction. */
const cut = (farm: Farm): Scenario => ({
  fault: 'connections to PostgreSQL cut again and again',
  lastsMs: 6_000,
  bring: async (world) => {
    await farm.setDelay(SLOW_HOSTS_MS)
    const ended = new AbortController()
    const cutting = cutUntil(world, ended.signal)
    return async () => {
      ended.abort()
      world.tally.count('connections cut', await cutting)
      await farm.setDelay(0)
    }
  },
})

const cutUntil = ({ database }: World, ended: AbortSignal): Promise<number> =>
  database.look(async (sql) => {
    let cut = 0
    while (!ended.aborted) {
      cut += await endConnections(sql)
      await delay(CUT_EVERY_MS)
    }
    return cut
  })

/** Of the functions, or of one role. */
async function endConnections(sql: Sql, role = 'awareness_%'): Promise<number> {
  const rows = await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename like ${role}`
  return rows.length
}

const full: Scenario = {
  fault: 'every connection of PostgreSQL taken',
  lastsMs: 6_000,
  bring: async ({ database, tally }) => {
    const greedy = connect(database.local.as('awareness_operate'), 100)
    const ended = new AbortController()
    const taken = Promise.withResolvers<void>()
    const taking = database.look(async (sql) => {
      let held = 0
      while (!ended.signal.aborted) {
        const { free, functions } = await slots(sql)
        if (free <= 0 && functions === 0) taken.resolve()
        // Whatever becomes free is taken, too: somebody's idle connection may end.
        for (let left = free; left > 0; left--, held++) greedy`select pg_sleep(3600)`.catch(() => {})
        for (const role of FUNCTIONS) await endConnections(sql, role)
        await delay(LOOK_EVERY_MS)
      }
      await endConnections(sql, 'awareness_operate')
      return held
    })
    await Promise.race([taken.promise, taking])
    return async () => {
      ended.abort()
      tally.count('connections taken', await taking)
      await greedy.end({ timeout: 0 })
    }
  },
}

const LOOK_EVERY_MS = 50
const FUNCTIONS = ['awareness_probe', 'awareness_drift', 'awareness_fan_out']
type Slots = { readonly free: number; readonly functions: number }

/** What is kept for superusers is not taken: this looks through one of those. */
async function slots(sql: Sql): Promise<Slots> {
  const [row] = await sql<[Slots]>`
    select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - count(*)::int as free,
      count(*) filter (where usename in ${sql(FUNCTIONS)})::int as functions
    from pg_stat_activity
    where backend_type = 'client backend'`
  return row
}

/** Longer than the handlers' own deadline of 10 s. */
const FROZEN_MS = 12_000

const frozen: Scenario = {
  fault: 'connections to PostgreSQL that no longer answer (12 s)',
  lastsMs: FROZEN_MS,
  bring: async (world) => {
    const ended = new AbortController()
    const freezing = freezeUntil(world, ended.signal)
    return async () => {
      ended.abort()
      world.tally.count('server processes frozen', await freezing)
    }
  },
}

const freezeUntil = ({ database }: World, ended: AbortSignal): Promise<number> =>
  database.look(async (sql) => {
    const frozen = new Set<number>()
    while (!ended.aborted) {
      const rows = await sql<{ pid: number }[]>`
        select pid from pg_stat_activity where usename in ${sql(FUNCTIONS)}`
      for (const { pid } of rows) if (!frozen.has(pid) && signalled(pid, 'SIGSTOP')) frozen.add(pid)
      await delay(LOOK_EVERY_MS)
    }
    for (const pid of frozen) signalled(pid, 'SIGCONT')
    return frozen.size
  })

/** False where it has ended in the meantime. */
function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

const locksFull: Scenario = {
  fault: 'lock table of PostgreSQL full',
  lastsMs: 6_000,
  bring: async ({ database, tally }) => {
    const hog = connect(database.local.ownerSignIn satisfies Connection)
    tally.count('locks taken by another session', await takeAllLocks(hog))
    return () => hog.end({ timeout: 1 })
  },
}

const OUT_OF_SHARED_MEMORY = '53200'

/** Session-level locks stay when the statement that takes them fails. Keys of two numbers: no host has one. */
async function takeAllLocks(sql: Sql): Promise<number> {
  for (let taken = 0; ; taken += LOCKS_A_STATEMENT) {
    try {
      await sql`
        select pg_advisory_lock(1, n) from generate_series(${taken}::int + 1, ${taken + LOCKS_A_STATEMENT}::int) n`
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === OUT_OF_SHARED_MEMORY) return taken
      throw error
    }
  }
}

export const databaseScenarios = (farm: Farm): Scenario[] => [stopped, cut(farm), frozen, full, locksFull]
