import type { FanOutPorts } from '../../../functions/fan-out/reconcile.ts'
import { AppliedSchedules } from '../../../shared/domain/applied-schedules.ts'
import { type SnapshotHost, SnapshotHosts } from '../../../shared/domain/fleet-snapshot.ts'
import type { HostId } from '../../../shared/domain/ids.ts'
import type { SchedulePolicy } from '../../../shared/domain/schedule-plan.ts'
import type { CallOutcome, ScheduleSpec } from '../../../shared/domain/schedules.ts'
import { planOf } from '../../support/random-fleet.ts'

export type ApiCall = { readonly operation: 'put' | 'remove' | 'list'; readonly name: string }

/** What may happen to a call instead of its being done. `lost` is done, but its answer never arrives. */
export type Mishap = Exclude<CallOutcome, 'done'> | 'refused' | 'lost'

const START_AT_MS = Date.UTC(2030, 0, 1, 12)
const MAX_START_AGE_MS = 5 * 60_000
const NAMES_PER_PAGE = 100

/**
 * The fleet's world in memory, for what no real server can be made to do on cue: to crash at any step. Its
 * Scheduler keeps AWS's rules; the calls themselves are tested against the real client elsewhere.
 */
export function memoryPorts(policy: SchedulePolicy) {
  const state = {
    policy,
    settings: 'settings 1',
    hosts: new Map<HostId, SnapshotHost>(),
    nowMs: START_AT_MS,
    scheduler: new Map<string, { spec: ScheduleSpec; settings: string; startAtMs: number }>(),
    memory: new Map<string, string>(),
    calls: [] as ApiCall[],
    /** What can end the calls. */
    signals: new Set<AbortSignal>(),
    /** Statements that write. */
    statements: 0,
    callsUnderWay: 0,
    mostCallsAtOnce: 0,
    /** What happens to a call; undefined lets it be done. */
    mishap: (_call: ApiCall): Mishap | undefined => undefined,
    /** Steps (calls and statements) until the process dies. */
    stepsToLive: Number.POSITIVE_INFINITY,
  }

  const step = (): void => {
    state.stepsToLive -= 1
    if (state.stepsToLive < 0) throw new Error('the process died')
  }

  async function call(request: ApiCall, perform: () => void): Promise<CallOutcome> {
    // A dead process makes no call: what its other lanes still try has no effect.
    if (state.stepsToLive <= 0) throw new Error('the process died')
    state.stepsToLive -= 1
    state.calls.push(request)
    state.callsUnderWay += 1
    state.mostCallsAtOnce = Math.max(state.mostCallsAtOnce, state.callsUnderWay)
    const mishap = state.mishap(request)
    try {
      await new Promise(setImmediate)
      if (mishap === undefined || mishap === 'lost') perform()
      if (mishap === 'lost') throw new Error('the connection was reset')
      if (mishap === 'refused') throw new Error('ValidationException')
      return mishap ?? 'done'
    } finally {
      state.callsUnderWay -= 1
    }
  }

  function put(spec: ScheduleSpec, startAtMs: number): void {
    if (startAtMs < state.nowMs - MAX_START_AGE_MS) throw new Error(`StartDate of ${spec.name} is too old`)
    state.scheduler.set(spec.name, { spec, settings: state.settings, startAtMs })
  }

  async function statement(perform: () => void): Promise<void> {
    step()
    state.statements += 1
    await new Promise(setImmediate)
    perform()
  }

  const world = (): FanOutPorts => ({
    settings: state.settings,
    now: () => new Date(state.nowMs),
    readFleet: async () => ({
      hosts: SnapshotHosts.of([...state.hosts.values()]),
      policy: state.policy,
      applied: AppliedSchedules.of(state.memory),
    }),
    put: (spec, { startAtMs, signal }) => {
      state.signals.add(signal)
      return call({ operation: 'put', name: spec.name }, () => put(spec, startAtMs))
    },
    remove: (name, { signal }) => {
      state.signals.add(signal)
      return call({ operation: 'remove', name }, () => state.scheduler.delete(name))
    },
    listPage: async (token, { signal }) => {
      state.signals.add(signal)
      const names = [...state.scheduler.keys()].sort().filter((name) => token === undefined || name > token)
      const outcome = await call({ operation: 'list', name: '' }, () => {})
      if (outcome !== 'done') return outcome
      const page = names.slice(0, NAMES_PER_PAGE)
      return { names: page, nextToken: names.length > page.length ? page.at(-1) : undefined }
    },
    markPending: (names) => statement(() => names.forEach((name) => void state.memory.set(name, ''))),
    remember: (applied) =>
      statement(() => applied.forEach(({ name, specHash }) => void state.memory.set(name, specHash))),
    forget: (names) => statement(() => names.forEach((name) => void state.memory.delete(name))),
  })

  return {
    state,
    world,
    join: (...ids: HostId[]) => {
      for (const id of ids)
        state.hosts.set(id, {
          id,
          status: 'unknown',
          waitingSinceMs: state.nowMs,
          isUnprobeable: false,
          isInMaintenance: false,
        })
    },
    leave: (...ids: HostId[]) => {
      for (const id of ids) state.hosts.delete(id)
    },
    /** What Scheduler should have, as the plan says. */
    planned: () => new Map(planOf([...state.hosts.values()], state.policy).map((spec) => [spec.name, spec])),
    /** What Scheduler has. */
    scheduled: () => new Map([...state.scheduler].map(([name, { spec }]) => [name, spec])),
  }
}

export type MemoryPorts = ReturnType<typeof memoryPorts>
