import { AppliedSchedules } from '../../shared/domain/applied-schedules.ts'
import { type LazyList, selected } from '../../shared/domain/lazy-list.ts'
import { ScheduleNames } from '../../shared/domain/schedule-names.ts'
import {
  isOurScheduleName,
  type NotNow,
  type SchedulePage,
  type ScheduleSpec,
} from '../../shared/domain/schedules.ts'
import { type Changes, createPut, createRemoval, isApplied } from './changes.ts'

export type Listing = {
  /** Lists up to a hundred names of schedules that Scheduler has. */
  readonly listPage: (
    token: string | undefined,
    options: { readonly signal: AbortSignal },
  ) => Promise<SchedulePage | NotNow>
}

export type Listed = { readonly names: ScheduleNames; readonly complete: boolean }

/** Lists every schedule of the group, or as many as there was time for. */
export async function listAll({ listPage }: Listing, signal: AbortSignal): Promise<Listed> {
  const names = new ScheduleNames()
  let token: string | undefined
  do {
    const page = signal.aborted ? 'out_of_time' : await listPage(token, { signal })
    if (typeof page === 'string') return { names, complete: false }
    for (const name of page.names) names.add(name)
    token = page.nextToken
  } while (token !== undefined)
  return { names, complete: true }
}

const NOTHING_APPLIED = new AppliedSchedules()

/**
 * Where Scheduler and the database disagree: orphans, which Scheduler has and nothing knows of (a database that was
 * restored from a backup leaves them), are removed; missing ones, which somebody has deleted by hand, are put back.
 * What this run changes is neither: done or left over, it was in hand. A schedule whose name is not ours is left alone.
 *
 * @param applied the schedules that were applied before this run.
 */
export function strays(
  listed: Listed,
  wanted: LazyList<ScheduleSpec>,
  applied: AppliedSchedules,
  settings: string,
): Changes {
  const unknown = new ScheduleNames()
  for (const name of listed.names) {
    if (isOurScheduleName(name) && applied.names.indexOf(name) < 0) unknown.add(name)
  }
  const isWanted = new Uint8Array(unknown.size)
  const missing: number[] = []
  for (let i = 0; i < wanted.length; i++) {
    const spec = wanted.at(i)
    const found = unknown.indexOf(spec.name)
    if (found >= 0) isWanted[found] = 1
    const isListed = !listed.complete || listed.names.indexOf(spec.name) >= 0
    if (!isListed && isApplied(applied, spec, settings)) missing.push(i)
  }
  const orphans: number[] = []
  for (let i = 0; i < isWanted.length; i++) if (isWanted[i] === 0) orphans.push(i)
  return {
    puts: selected(missing, (i) => createPut(wanted.at(i), NOTHING_APPLIED, settings)),
    removals: selected(orphans, (i) => createRemoval(unknown.at(i))),
  }
}
