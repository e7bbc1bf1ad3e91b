import { type Clock, createClock } from '../../infra/local/clock.ts'
import type { Sql } from '../../shared/db/client.ts'
import { readNewestProbe } from '../../shared/db/fleet-view.ts'
import { formatDuration } from '../terminal/format.ts'
import type { Command } from './command-line.ts'

/** Less than this is no more than clocks differ. */
const ANNOUNCED_FROM_MS = 60_000

/**
 * Starts fleet time, never before what is in the database: a run in faster time may have left it ahead of the
 * clock, which is then said.
 */
export async function openFleetClock(
  owner: Sql,
  { speed, once }: Pick<Command, 'speed' | 'once'>,
  note: (line: string) => void,
): Promise<Clock> {
  const now = Date.now()
  const newest = (await readNewestProbe(owner))?.getTime() ?? now
  if (newest - now > ANNOUNCED_FROM_MS) {
    note(
      `fleet time is ${formatDuration(newest - now)} ahead of the clock: a run with --speed has left it there`,
    )
  }
  // One pass takes no time: it goes by real time from where fleet time is.
  return createClock({ speed: once ? 1 : speed, startAt: new Date(Math.max(now, newest)) })
}
