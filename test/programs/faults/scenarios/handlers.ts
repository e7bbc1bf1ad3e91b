import { setTimeout as delay } from 'node:timers/promises'
import { locksHeld } from '../../../support/functions/probe.ts'
import type { Farm } from '../../../support/servers/ssh-farm.ts'
import { becomes, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

/** Long enough for an invocation to be caught in the middle of it. */
const SLOW_HOSTS_MS = 400
const KILL_EVERY_MS = 250
const IN_THE_MIDDLE_WITHIN_MS = 20_000
/** By then the role's idle_in_transaction_session_timeout of 15 s has freed what a frozen process held. */
const FROZEN_LOCKS_FREED_WITHIN_MS = 20_000
/** Longer than any invocation that is not frozen. */
const FROZEN_FOR_GOOD_MS = 8_000
/** Enough for Node and its connection to PostgreSQL, and for some of the 60 hosts of an invocation. */
const FEW_FILES = 45

const killed = (farm: Farm): Scenario => ({
  fault: 'handlers killed with SIGKILL while they probe',
  lastsMs: 6_000,
  bring: async (world) => {
    await farm.setDelay(SLOW_HOSTS_MS)
    const ended = new AbortController()
    const killing = killUntil(world, ended.signal)
    return async () => {
      ended.abort()
      world.tally.count('processes killed', await killing)
      await farm.setDelay(0)
    }
  },
})

async function killUntil({ processes }: World, ended: AbortSignal): Promise<number> {
  let killed = 0
  while (!ended.aborted) {
    const [pid] = processes.busy()
    if (pid !== undefined) {
      process.kill(pid, 'SIGKILL')
      killed += 1
    }
    await delay(KILL_EVERY_MS)
  }
  return killed
}

/** `thawAfterMs`: null for never, and then Lambda ends it after its 20 s. */
const frozen = (farm: Farm, fault: string, thawAfterMs: number | null): Scenario => ({
  fault,
  lastsMs: thawAfterMs ?? FROZEN_FOR_GOOD_MS,
  bring: async (world) => {
    await farm.setDelay(SLOW_HOSTS_MS)
    const pids = await freezeInTheMiddle(world)
    const frozenAtMs = performance.now()
    await farm.setDelay(0)
    return async () => {
      if (thawAfterMs === null) {
        await freed(world)
        const seconds = (performance.now() - frozenAtMs) / 1000
        world.tally.count(`(locks freed after ${seconds.toFixed(1)} s)`)
      } else for (const pid of pids) process.kill(pid, 'SIGCONT')
    }
  },
})

/** Freezes half of the processes at a moment when one of them holds locks, and no other does. */
async function freezeInTheMiddle({ processes, database, tally }: World): Promise<number[]> {
  let pids: number[] = []
  const isHolding = async (): Promise<boolean> => {
    pids = processes.busy().slice(0, 2)
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    if (pids.length > 0 && (await database.look(locksHeld)) > 0) return true
    for (const pid of pids) process.kill(pid, 'SIGCONT')
    return false
  }
  if (!(await becomes(isHolding, IN_THE_MIDDLE_WITHIN_MS))) throw new Error('no process was caught probing')
  tally.count('processes frozen', pids.length)
  return pids
}

/** What no living invocation does: a transaction that waits for so long for its handler. */
const LONG_IDLE_SECONDS = 5

async function freed({ database }: World): Promise<void> {
  const isFree = async (): Promise<boolean> => {
    const oldest = await database.look(
      (sql) => sql<{ seconds: number }[]>`
        select coalesce(max(extract(epoch from now() - xact_start)), 0)::float as seconds
        from pg_stat_activity where usename = 'awareness_probe' and state like 'idle in transaction%'`,
    )
    return (oldest[0]?.seconds ?? 0) < LONG_IDLE_SECONDS
  }
  if (!(await becomes(isFree, FROZEN_LOCKS_FREED_WITHIN_MS))) throw new Error('frozen locks are not freed')
}

const outOfFiles: Scenario = {
  fault: 'handlers out of file descriptors',
  lastsMs: 8_000,
  bring: async ({ processes }) => {
    processes.limitFiles(FEW_FILES)
    restart(processes)
    return async () => {
      processes.limitFiles(null)
      restart(processes)
    }
  },
}

function restart({ all }: World['processes']): void {
  for (const pid of all()) process.kill(pid, 'SIGKILL')
}

export const handlerScenarios = (farm: Farm): Scenario[] => [
  killed(farm),
  frozen(farm, 'handlers frozen with SIGSTOP for good', null),
  frozen(farm, 'handlers frozen, and thawed after their own deadline (12 s)', 12_000),
  frozen(farm, 'handlers frozen, and thawed when their transaction is gone (17 s)', 17_000),
  outOfFiles,
]
