import { planSchedules, type SchedulePolicy } from '../../shared/domain/schedule-plan.ts'
import type { ScheduleSpec } from '../../shared/domain/schedules.ts'
import { type Applying, applyChanges, type ChangeFault, type ChangesApplied } from './apply-changes.ts'
import { type AppliedSchedules, changesBetween, type ScheduleChange } from './changes.ts'
import { type FleetGauges, type FleetHost, measureFleet } from './fleet.ts'
import { type Listing, listAll, strays } from './sweep.ts'

export type Fleet = {
  readonly hosts: readonly FleetHost[]
  readonly policy: SchedulePolicy
  readonly applied: AppliedSchedules
}

/** All that the fan-out needs of the ports. */
export type FanOutPorts = Applying &
  Listing & {
    /** One statement: it is all that an unchanged fleet costs. */
    readonly readFleet: () => Promise<Fleet>
    /** Stands for what all schedules share: target, role, dead-letter queue, retries. */
    readonly settings: string
  }

export type FanOutReport = {
  readonly fleet: FleetGauges
  readonly schedules: {
    readonly wanted: number
    /** Of the wanted, those that Scheduler has as they should be. */
    readonly applied: number
    readonly put: number
    readonly removed: number
    /** Changes that are still to be made, in the next minute. */
    readonly leftOver: number
  }
  readonly sweep: SweepReport | null
  readonly faults: readonly ChangeFault[]
}

export type SweepReport = {
  /** Schedules that nothing knew of. */
  readonly orphans: number
  /** Schedules that something else has deleted. */
  readonly missing: number
  /** False when time ran out before all were listed: missing ones are then unknown. */
  readonly complete: boolean
}

/**
 * Keeps Scheduler in step with the fleet. Each change is safe to repeat, so a run that ends at any point is
 * taken up by the next. Runs must not overlap: an older plan could overwrite a newer one.
 * @param sweep whether to look for schedules that Scheduler has and nothing wants, and the other way round.
 * @param signal ends the run early; what is left over is left for the next.
 */
export async function fanOut(
  ports: FanOutPorts,
  { sweep }: { readonly sweep: boolean },
  signal: AbortSignal,
): Promise<FanOutReport> {
  const { hosts, policy, applied } = await ports.readFleet()
  const fleet = measureFleet(hosts, policy.intervalMs, ports.now().getTime())
  const wanted = planSchedules(hosts, policy)
  const changes = changesBetween(applied, wanted, ports.settings)
  const changed = await applyChanges(ports, changes, signal)
  const swept = sweep ? await sweepStrays(ports, wanted, changes, signal) : null
  return {
    fleet,
    schedules: counts(wanted, [changed, ...(swept ? [swept.changed] : [])]),
    sweep: swept?.report ?? null,
    faults: [...changed.faults, ...(swept?.changed.faults ?? [])],
  }
}

async function sweepStrays(
  ports: FanOutPorts,
  wanted: readonly ScheduleSpec[],
  changes: readonly ScheduleChange[],
  signal: AbortSignal,
): Promise<{ changed: ChangesApplied; report: SweepReport }> {
  const listed = await listAll(ports, signal)
  const { orphans, missing } = strays(listed, wanted, changes, ports.settings)
  const changed = await applyChanges(ports, [...missing, ...orphans], signal)
  return {
    changed,
    report: { orphans: orphans.length, missing: missing.length, complete: listed.complete },
  }
}

function counts(
  wanted: readonly ScheduleSpec[],
  rounds: readonly ChangesApplied[],
): FanOutReport['schedules'] {
  const sum = (count: (round: ChangesApplied) => number): number =>
    rounds.reduce((total, round) => total + count(round), 0)
  return {
    wanted: wanted.length,
    applied: wanted.length - sum(({ putsLeftOver }) => putsLeftOver),
    put: sum(({ put }) => put),
    removed: sum(({ removed }) => removed),
    leftOver: sum(({ putsLeftOver, removalsLeftOver }) => putsLeftOver + removalsLeftOver),
  }
}
