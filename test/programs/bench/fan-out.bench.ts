import { instantScheduler } from '../../support/fan-out-at-scale/instant-scheduler.ts'
import { bundleInvocations, type Invocations } from '../../support/fan-out-at-scale/invocations.ts'
import { addLargeFleet, settleSchedules } from '../../support/fan-out-at-scale/large-fleet.ts'
import { type BenchDatabase, startBenchDatabase } from '../../support/postgres/prepared-database.ts'
import type { Figure } from './figures.ts'

const UNCHANGED = [
  { hosts: 100_000, seconds: 2, residentMiB: 200 },
  { hosts: 1_000_000, seconds: 20, residentMiB: 450 },
] as const
const TO_CREATE = 300_000
/** Memory is what is measured: how many calls fit into a run does not matter. */
const CALLS = 20_000
/** Lambda kills a function of 512 MB beyond that; the rest is for what is not the process's own. */
const MOST_RESIDENT_MIB = 450
/** What an operator waits for `fleet host`, before the function gives up. */
const MOST_SHOW_SECONDS = 25

/** The functions that read the whole fleet, each run in a process of its own, bundled, and its heap as in Lambda. */
export async function run(): Promise<Figure[]> {
  await using db = await startBenchDatabase()
  using functions = await bundleInvocations()
  const figures: Figure[] = []
  for (const budget of UNCHANGED) {
    await db.sql`truncate hosts cascade`
    await addLargeFleet(db.sql, budget.hosts)
    for (const hostsPerSchedule of [500, 1]) {
      figures.push(...(await unchanged(db, functions, { ...budget, hostsPerSchedule })))
      if (hostsPerSchedule > 1) figures.push(...(await shown(db, functions, budget.hosts)))
    }
  }
  figures.push(...(await created(db, functions)), ...(await swept(db, functions)))
  return figures
}

type Budget = { hosts: number; hostsPerSchedule: number; seconds: number; residentMiB: number }

const nameOf = (hosts: number): string => `${hosts.toLocaleString('en')} hosts`

async function unchanged(db: BenchDatabase, functions: Invocations, budget: Budget): Promise<Figure[]> {
  const { hosts, hostsPerSchedule } = budget
  await settleSchedules(db.sql, hostsPerSchedule)
  const { seconds, residentMiB, schedules } = await functions.fanOut({ database: db.as('awareness_fan_out') })
  if (schedules.applied !== schedules.wanted) throw new Error(`changed: ${JSON.stringify(schedules)}`)
  const name = `fan-out, ${nameOf(hosts)} unchanged, ${hostsPerSchedule} per schedule`
  return [
    { name, value: seconds, unit: 's', budget: { atMost: budget.seconds } },
    {
      name: `${name}, most resident`,
      value: residentMiB,
      unit: 'MiB',
      budget: { atMost: budget.residentMiB },
    },
  ]
}

async function shown(db: BenchDatabase, functions: Invocations, hosts: number): Promise<Figure[]> {
  const [host] = await db.sql<{ id: string }[]>`select id from hosts limit 1`
  const command = { command: 'host', hostId: host?.id }
  const { seconds, residentMiB } = await functions.operate({ database: db.as('awareness_operate'), command })
  const name = `one host shown among ${nameOf(hosts)}, 500 per schedule`
  return [
    { name, value: seconds, unit: 's', budget: { atMost: MOST_SHOW_SECONDS } },
    {
      name: `${name}, most resident`,
      value: residentMiB,
      unit: 'MiB',
      budget: { atMost: MOST_RESIDENT_MIB },
    },
  ]
}

/** A first run, or one after a change of what all schedules share. */
async function created(db: BenchDatabase, functions: Invocations): Promise<Figure[]> {
  await db.sql`truncate hosts, probe_schedules cascade`
  await addLargeFleet(db.sql, TO_CREATE)
  await using scheduler = await instantScheduler()
  const { residentMiB, schedules } = await functions.fanOut({
    database: db.as('awareness_fan_out'),
    scheduler: scheduler.endpoint,
    stopAfter: scheduler.untilChanges(CALLS),
  })
  if (schedules.put === 0) throw new Error(`nothing was created: ${JSON.stringify(schedules)}`)
  const name = `fan-out, ${TO_CREATE.toLocaleString('en')} schedules to create, most resident`
  return [{ name, value: residentMiB, unit: 'MiB', budget: { atMost: MOST_RESIDENT_MIB } }]
}

async function swept(db: BenchDatabase, functions: Invocations): Promise<Figure[]> {
  await settleSchedules(db.sql, 1)
  const names = await db.sql<{ name: string }[]>`select name from probe_schedules`
  await using scheduler = await instantScheduler(names.map(({ name }) => name))
  const { residentMiB } = await functions.fanOut({
    database: db.as('awareness_fan_out'),
    scheduler: scheduler.endpoint,
    sweep: true,
  })
  const name = `fan-out, ${TO_CREATE.toLocaleString('en')} schedules swept, most resident`
  return [{ name, value: residentMiB, unit: 'MiB', budget: { atMost: MOST_RESIDENT_MIB } }]
}
