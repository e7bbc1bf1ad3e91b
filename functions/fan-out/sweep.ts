import {
  isOurScheduleName,
  type NotNow,
  type SchedulePage,
  type ScheduleSpec,
} from '../../shared/domain/schedules.ts'
import { changesBetween, type ScheduleChange } from './changes.ts'

export type Listing = {
  /** Lists up to a hundred names of schedules that Scheduler has. */
  readonly listPage: (
    token: string | undefined,
    options: { readonly signal: AbortSignal },
  ) => Promise<SchedulePage | NotNow>
}

export type Listed = { readonly names: ReadonlySet<string>; readonly complete: boolean }

/** Lists every schedule of the group, or as many as there was time for. */
export async function listAll({ listPage }: Listing, signal: AbortSignal): Promise<Listed> {
  const names = new Set<string>()
  let token: string | undefined
  do {
    const page = signal.aborted ? 'out_of_time' : await listPage(token, { signal })
    if (typeof page === 'string') return { names, complete: false }
    for (const name of page.names) names.add(name)
    token = page.nextToken
  } while (token !== undefined)
  return { names, complete: true }
}

/**
 * Where Scheduler and memory disagree: orphans, which it has and nothing knows of (a database restored from a
 * backup leaves them), and missing ones, which somebody has deleted by hand. What this run has changed is no
 * stray: done or left over, it is seen to. A schedule whose name is not ours is left alone.
 */
export function strays(
  listed: Listed,
  wanted: readonly ScheduleSpec[],
  changed: readonly ScheduleChange[],
  settings: string,
): { readonly orphans: ScheduleChange[]; readonly missing: ScheduleChange[] } {
  const wantedNames = new Set(wanted.map(({ name }) => name))
  const changedNames = new Set(changed.map(({ name }) => name))
  const orphans = [...listed.names]
    .filter((name) => isOurScheduleName(name) && !wantedNames.has(name) && !changedNames.has(name))
    .map((name): ScheduleChange => ({ kind: 'remove', name }))
  const lost = listed.complete
    ? wanted.filter(({ name }) => !changedNames.has(name) && !listed.names.has(name))
    : []
  return { orphans, missing: changesBetween(new Map(), lost, settings) }
}
