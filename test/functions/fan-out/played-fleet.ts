import { createFanOutHandler } from '../../../functions/fan-out/handler.ts'
import type { FanOutDeps } from '../../../functions/runtime/fan-out-ports.ts'
import { createTelemetry } from '../../../functions/runtime/telemetry.ts'
import { ProbeRequest } from '../../../shared/contracts/probe-request.ts'
import { openDatabase } from '../../../shared/db/transaction.ts'
import { MINUTE_MS } from '../../../shared/domain/cadence.ts'
import { HostIdList } from '../../../shared/domain/host-id-list.ts'
import type { HostId } from '../../../shared/domain/ids.ts'
import { planSchedules } from '../../../shared/domain/schedule-plan.ts'
import {
  ANSWER,
  collectOutput,
  environment,
  FAILURE,
  invoke,
  lambdaContext,
} from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres/database.ts'

export type PlayedFleet = AsyncDisposable & {
  readonly db: TestDatabase
  readonly hostIds: readonly HostId[]
  /** While it is true, no probe arrives anywhere. */
  isNetworkAway: boolean
  /** While it is true, the fan-out does not run. */
  isFanOutFrozen: boolean
  /** Hosts that are really down. */
  readonly dead: Set<HostId>
  readonly now: () => Date
  /** Minutes of fleet time since the fleet joined. */
  readonly minute: () => number
  /** Lets the fleet live until so many minutes after it joined. */
  readonly playUntil: (minute: number) => Promise<void>
  readonly count: () => Promise<{ reachable: number; unreachable: number; unknown: number }>
  /** What was reported: `prober.suspect`, `host down`, … with the minute, in the order in which it was written. */
  readonly reported: () => Promise<{ what: string; minute: number; reason: string | null }[]>
}

const START_MS = Date.UTC(2030, 0, 1)
/** An asynchronous invocation begins so much later. */
const INVOKED_AFTER_MS = 1_000

type Due = { readonly atMs: number; readonly run: () => Promise<void> }

/**
 * A fleet whose clock, network and Scheduler are the test's, and whose database and functions are real: they run one
 * after another, each at the fleet time at which it would.
 */
export async function playedFleet(options: {
  readonly hosts: number
  readonly cadenceMinutes: number
  readonly hostsPerSchedule: number
}): Promise<PlayedFleet> {
  const db = await freshDatabase()
  const hostIds = await addHosts(db.sql, options.hosts)
  await db.sql`
    update policy
    set probe_interval_seconds = ${options.cadenceMinutes * 60}, hosts_per_schedule = ${options.hostsPerSchedule},
        allowed_addresses = 'loopback'`
  let nowMs = START_MS
  const now = (): Date => new Date(nowMs)
  const queue: Due[] = []
  const later = (atMs: number, run: Due['run']): void => {
    const before = queue.findLastIndex((due) => due.atMs <= atMs)
    queue.splice(before + 1, 0, { atMs, run })
  }
  const playUntilMs = async (untilMs: number): Promise<void> => {
    for (let due = queue[0]; due !== undefined && due.atMs <= untilMs; due = queue[0]) {
      queue.shift()
      nowMs = Math.max(nowMs, due.atMs)
      await due.run()
    }
    nowMs = Math.max(nowMs, untilMs)
  }

  const probing = environment(db, now)
  const fleet = { isNetworkAway: false, isFanOutFrozen: false, dead: new Set<HostId>() }
  const isDown = (port: number): boolean => fleet.dead.has(hostIds[port - 10_001] as HostId)
  const probe = async (event: unknown): Promise<void> => {
    const { hostIds, witnessIds, scheduledTime } = ProbeRequest.parse(event)
    const answer = async ({ port }: { port: number }) =>
      fleet.isNetworkAway || isDown(port) ? FAILURE : ANSWER
    await invoke(probing, hostIds, answer, scheduledTime, witnessIds)
  }

  const fanOutDatabase = openDatabase(db.as('awareness_fan_out'))
  const fanOut = createFanOutHandler({
    database: fanOutDatabase,
    telemetry: createTelemetry({
      service: 'awareness-fan-out',
      stage: 'test',
      output: collectOutput().stream,
    }),
    now,
    schedules: {
      settings: '',
      put: async () => 'done',
      remove: async () => 'done',
      listPage: async () => 'throttled',
    },
    invokeProbe: async (event) => later(nowMs + INVOKED_AFTER_MS, () => probe(event)),
    pause: (ms) => playUntilMs(nowMs + ms),
  } satisfies FanOutDeps)
  const tick = async (atMs: number): Promise<void> => {
    later(atMs + MINUTE_MS, () => tick(atMs + MINUTE_MS))
    if (!fleet.isFanOutFrozen) await fanOut({ sweep: false }, lambdaContext())
  }
  const fire = async (atMs: number, periodMs: number, ids: readonly HostId[]): Promise<void> => {
    later(atMs + periodMs, () => fire(atMs + periodMs, periodMs, ids))
    await probe({ hostIds: ids, scheduledTime: new Date(atMs).toISOString(), cause: 'schedule' })
  }
  const policy = {
    intervalMs: options.cadenceMinutes * MINUTE_MS,
    hostsPerSchedule: options.hostsPerSchedule,
  }
  for (const { phaseMs, periodMinutes, hostIds: ids } of planSchedules(HostIdList.of(hostIds), policy)) {
    later(START_MS + phaseMs, () => fire(START_MS + phaseMs, periodMinutes * MINUTE_MS, ids))
  }
  later(START_MS, () => tick(START_MS))

  return Object.assign(fleet, {
    db,
    hostIds,
    now,
    minute: () => (nowMs - START_MS) / MINUTE_MS,
    playUntil: (minute: number) => playUntilMs(START_MS + minute * MINUTE_MS),
    count: async () => {
      const rows = await db.sql<{ status: 'reachable'; hosts: number }[]>`
        select coalesce(reachability_status, 'unknown') as status, count(*)::integer as hosts
        from hosts left join host_liveness on host_id = id
        group by 1`
      return {
        reachable: 0,
        unreachable: 0,
        unknown: 0,
        ...Object.fromEntries(rows.map((row) => [row.status, row.hosts])),
      }
    },
    reported: async () => {
      const rows = await db.sql<
        { action: string; status: string | null; reason: string | null; occurred_at: Date }[]
      >`
        select action, detail ->> 'new_status' as status, detail ->> 'reason' as reason, occurred_at
        from audit_events
        order by sequence`
      return rows.map(({ action, status, reason, occurred_at }) => ({
        what: status === null ? action : status === 'unreachable' ? 'host down' : 'host up',
        minute: (occurred_at.getTime() - START_MS) / MINUTE_MS,
        reason,
      }))
    },
    [Symbol.asyncDispose]: async () => {
      await probing[Symbol.asyncDispose]()
      await fanOutDatabase.close()
      await db[Symbol.asyncDispose]()
    },
  })
}
