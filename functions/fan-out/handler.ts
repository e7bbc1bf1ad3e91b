import { alone, type RunSkipped, skipRun } from '../runtime/alone.ts'
import { withinDeadline } from '../runtime/deadline.ts'
import { type FanOutDeps, fanOutDepsFromEnvironment, fanOutPorts } from '../runtime/fan-out-ports.ts'
import { type LambdaHandler, observed, onColdStart } from '../runtime/function.ts'
import { settlePorts } from '../runtime/settle-ports.ts'
import { asksForSweep, FanOutEvent } from './event.ts'
import { fanOutMinute, type MinuteReport } from './minute.ts'
import { lookFaults, report, reportSettled } from './report.ts'
import { settle } from './settle.ts'

/** When the run stops making changes: it then has 10 s to store what it did. */
const WORK_MS = 40_000
/** Before the next minute's run, and before Lambda's own timeout of 60 s. */
export const HANDLER_DEADLINE_MS = 50_000

/** Above the deadline of a run, and below the minute after which the next one is due. */
const LEASE = { name: 'fan-out', seconds: 55 } as const

export type FanOutResponse = Omit<MinuteReport, 'faults' | 'looks'>

/** AWS refused some schedules. The other changes were made; every later run tries the refused ones again. */
export class SchedulesRefusedError extends Error {
  override readonly name = 'SchedulesRefusedError'
}

/** The fleet was not looked at, or hosts that failed are not probed again out of turn. The schedules were planned. */
export class ConfirmationFailedError extends Error {
  override readonly name = 'ConfirmationFailedError'
}

/** Two runs must not overlap: the function's reserved concurrency is 1, or a lease in the database sees to it. */
export const createFanOutHandler = (
  deps: FanOutDeps,
  deadlineMs = HANDLER_DEADLINE_MS,
): LambdaHandler<FanOutResponse | RunSkipped> =>
  observed(deps.telemetry, async (event, context) => {
    const sweep = asksForSweep(FanOutEvent.parse(event), deps.now())
    const minute = await withinDeadline(deadlineMs, (deadline) =>
      alone(deps, LEASE, deadline, async () => {
        const settled = await settle(settlePorts(deps, context.awsRequestId, deadline))
        reportSettled(deps.telemetry, settled)
        return fanOutMinute(
          fanOutPorts(deps, context.awsRequestId, deadline),
          { sweep, looksAgain: deps.looksAgain ?? true },
          { work: AbortSignal.any([deadline, AbortSignal.timeout(WORK_MS)]), deadline },
        )
      }),
    )
    if (minute === null) return skipRun(deps)
    report(deps.telemetry, minute)
    const { faults, looks, ...done } = minute
    const [fault] = faults
    if (fault !== undefined) {
      const names = faults.map(({ name }) => name).join(', ')
      throw new SchedulesRefusedError(`refused: ${names}`, { cause: fault.error })
    }
    const [lookFault] = lookFaults(looks)
    if (lookFault !== undefined)
      throw new ConfirmationFailedError('hosts that failed are not confirmed', { cause: lookFault })
    return done
  })

/** What Lambda calls. */
export const handler = onColdStart(() => createFanOutHandler(fanOutDepsFromEnvironment(process.env)))
