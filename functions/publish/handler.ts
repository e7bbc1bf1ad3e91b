import type { PutFault } from '../../shared/domain/bus-event.ts'
import { withinDeadline } from '../runtime/deadline.ts'
import { type LambdaHandler, observed, onColdStart } from '../runtime/function.ts'
import {
  notifyPorts,
  type PublishDeps,
  publishDepsFromEnvironment,
  publishPorts,
} from '../runtime/publish-ports.ts'
import { PublishEvent } from './event.ts'
import { notifyPeople } from './notify-people.ts'
import { type PublishReport, publishEvents } from './publish-events.ts'
import { report, reportDigest } from './report.ts'

/** No new batch is begun after this. */
const WORK_MS = 35_000
/** Below Lambda's 60 s for this function. */
export const HANDLER_DEADLINE_MS = 55_000

export type PublishResponse = Omit<PublishReport, 'faults' | 'busFault' | 'cut'>

/** The bus is gone or does not answer, or it refuses events for another reason than that there are too many: somebody has to look. */
export class EventsRefusedError extends Error {
  override readonly name = 'EventsRefusedError'
}

/** What passes by itself: AWS names the first three as worth repeating, the others are this run's own end. */
const PASSING = new Set([
  'ThrottlingException',
  'InternalFailure',
  'InternalException',
  'AbortError',
  'TimeoutError',
])

const isLasting = (fault: PutFault | null): fault is PutFault => fault !== null && !PASSING.has(fault.code)

const sentence = ({ code, message }: PutFault): string => `${code}: ${message}`

/**
 * Publishes what waits.
 *
 * @throws EventsRefusedError when the bus does not exist or does not answer, or refuses events for a reason that does not pass by itself.
 */
export const createPublishHandler = (
  deps: PublishDeps,
  deadlineMs = HANDLER_DEADLINE_MS,
): LambdaHandler<PublishResponse> =>
  observed(deps.telemetry, async (event) => {
    const cause = PublishEvent.parse(event)
    const { done, backlog, digest } = await withinDeadline(deadlineMs, async (deadline) => {
      const ports = publishPorts(deps, deadline)
      const until = AbortSignal.any([deadline, AbortSignal.timeout(WORK_MS)])
      const done = await publishEvents(ports, until)
      const backlog = await ports.measureBacklog()
      // Programs and people do not wait for each other: one way may be closed while the other is open.
      const [digest] = await Promise.allSettled([notifyPeople(notifyPorts(deps, deadline))])
      return { done, backlog, digest }
    })
    report(deps.telemetry, cause, done, backlog)
    reportDigest(deps.telemetry, digest.status === 'fulfilled' ? digest.value : null)
    if (done.bus === 'gone') throw new EventsRefusedError('there is no such event bus: its events wait')
    if (isLasting(done.busFault)) {
      throw new EventsRefusedError(`the event bus does not answer: ${sentence(done.busFault)}`)
    }
    const lasting = done.faults.find(isLasting)
    if (lasting !== undefined) throw new EventsRefusedError(sentence(lasting))
    if (digest.status === 'rejected') throw digest.reason
    const { faults, busFault, cut, ...response } = done
    return response
  })

/** What Lambda invokes. */
export const handler = onColdStart(() => createPublishHandler(publishDepsFromEnvironment(process.env)))
