import type { AppliedSchedules } from '../../shared/domain/applied-schedules.ts'
import type { FleetSnapshot } from '../../shared/domain/fleet-snapshot.ts'
import type { LazyList } from '../../shared/domain/lazy-list.ts'
import { planSchedules } from '../../shared/domain/schedule-plan.ts'
import type { ScheduleSpec } from '../../shared/domain/schedules.ts'
import { type Applying, applyChanges, type ChangeFault, type ChangesApplied } from './apply-changes.ts'
import { changesBetween } from './changes.ts'
import { type FleetGauges, measureFleet } from './fleet.ts'
import { type Listing, listAll, strays } from './sweep.ts'

/** All that the fan-out needs: the database, Scheduler and a clock. */
export type FanOutPorts = Applying &
  Listing & {
    /** Reads one state of the database. For an unchanged fleet nothing else is done. */
    readonly readFleet: () => Promise<FleetSnapshot>
    /** A hash of what all schedules share: target, role, dead-letter queue, retries. */
    readonly settings: string
  }

export type FanOutReport = {
  readonly fleet: FleetGauges
  readonly schedules: {
    readonly wanted: number
    /** How many of the wanted schedules Scheduler has as they should be. */
    readonly applied: number
    readonly put: number
    readonly removed: number
    /** How many changes are left for the next minute. */
    readonly leftOver: number
  }
  readonly sweep: SweepReport | null
  readonly faults: readonly ChangeFault[]
}

export type SweepReport = {
  /** Schedules that Scheduler had and the database did not know. */
  readonly orphans: number
  /** Schedules that somebody else had deleted. */
  readonly missing: number
  /** False when time ran out before all schedules were listed: which ones are missing is then unknown. */
  readonly complete: boolean
}

/**
 * Keeps Scheduler in step with the fleet. Each change is safe to repeat, so the next run continues where a run
 * ended. Runs must not overlap: an older plan could overwrite a newer one.
 * @param sweep whether to look for schedules that Scheduler has and no host needs, and the other way round.
 * @param signal ends the run early; the changes that are left over are made by the next run.
 */
export async function fanOut(
  ports: FanOutPorts,
  { sweep }: { readonly sweep: boolean },
  signal: AbortSignal,
): Promise<FanOutReport> {
  const { hosts, policy, applied } = await ports.readFleet()
  const fleet = measureFleet(hosts, policy.intervalMs, ports.now().getTime())
  const wanted = planSchedules(hosts.ids, policy)
  const changes = changesBetween(applied, wanted, ports.settings)
  const changed = await applyChanges(ports, changes, signal)
  const swept = sweep ? await sweepStrays(ports, wanted, applied, signal) : null
  return {
    fleet,
    schedules: counts(wanted.length, [changed, ...(swept ? [swept.changed] : [])]),
    sweep: swept?.report ?? null,
    faults: [...changed.faults, ...(swept?.changed.faults ?? [])],
  }
}

async function sweepStrays(
  ports: FanOutPorts,
  wanted: LazyList<ScheduleSpec>,
  applied: AppliedSchedules,
  signal: AbortSignal,
): Promise<{ changed: ChangesApplied; report: SweepReport }> {
  const listed = await listAll(ports, signal)
  const { puts, removals } = strays(listed, wanted, applied, ports.settings)
  const changed = await applyChanges(ports, { puts, removals }, signal)
  return {
    changed,
    report: { orphans: removals.length, missing: puts.length, complete: listed.complete },
  }
}

function counts(wanted: number, rounds: readonly ChangesApplied[]): FanOutReport['schedules'] {
  const sum = (count: (round: ChangesApplied) => number): number =>
    rounds.reduce((total, round) => total + count(round), 0)
  return {
    wanted,
    applied: wanted - sum(({ putsLeftOver }) => putsLeftOver),
    put: sum(({ put }) => put),
    removed: sum(({ removed }) => removed),
    leftOver: sum(({ putsLeftOver, removalsLeftOver }) => putsLeftOver + removalsLeftOver),
  }
}
