import { withinDeadline } from '../runtime/deadline.ts'
import { type FanOutDeps, fanOutDepsFromEnvironment, fanOutPorts } from '../runtime/fan-out-ports.ts'
import { type LambdaHandler, observed, onColdStart } from '../runtime/function.ts'
import { asksForSweep, FanOutEvent } from './event.ts'
import { type FanOutReport, fanOut } from './reconcile.ts'
import { report } from './report.ts'

/** Work ends in time for its results to be remembered before the deadline, and that before the next minute. */
const WORK_MS = 40_000
export const HANDLER_DEADLINE_MS = 50_000

export type FanOutResponse = Omit<FanOutReport, 'faults'>

/** Some schedules were refused by AWS: the others are done, these are tried again by every run. */
export class SchedulesRefusedError extends Error {
  override readonly name = 'SchedulesRefusedError'
}

/** Never two at once: its concurrency must be 1. */
export const createFanOutHandler = (deps: FanOutDeps): LambdaHandler<FanOutResponse> =>
  observed(deps.telemetry, async (event) => {
    const sweep = asksForSweep(FanOutEvent.parse(event), deps.now())
    const { faults, ...done } = await withinDeadline(
      HANDLER_DEADLINE_MS,
      (deadline) =>
        fanOut(fanOutPorts(deps), { sweep }, AbortSignal.any([deadline, AbortSignal.timeout(WORK_MS)])),
      deps.database.abandon,
    )
    report(deps.telemetry, { ...done, faults })
    const [fault] = faults
    if (fault === undefined) return done
    const names = faults.map(({ name }) => name).join(', ')
    throw new SchedulesRefusedError(`refused: ${names}`, { cause: fault.error })
  })

export const handler = onColdStart(() => createFanOutHandler(fanOutDepsFromEnvironment(process.env)))
