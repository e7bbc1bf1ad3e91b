import { alone, type RunSkipped, skipRun } from '../runtime/alone.ts'
import { withinDeadline } from '../runtime/deadline.ts'
import { type LambdaHandler, observed, onColdStart } from '../runtime/function.ts'
import {
  type InventoryDeps,
  inventoryDepsFromEnvironment,
  inventoryPorts,
} from '../runtime/inventory-ports.ts'
import { InventoryEvent } from './event.ts'
import { report } from './report.ts'
import { type SourceOutcome, takeInventory } from './take-inventory.ts'

/** Below Lambda's 120 s for this function. */
export const HANDLER_DEADLINE_MS = 110_000

/** Above the deadline of a run. */
const LEASE = { name: 'inventory', seconds: 115 } as const

export type InventoryResponse = { readonly sources: readonly Exclude<SourceOutcome, { outcome: 'failed' }>[] }

/** Some sources could not be listed. The others are in step, and every later run tries these again. */
export class SourcesFailedError extends Error {
  override readonly name = 'SourcesFailedError'
}

/**
 * Takes inventory of every source. Two runs must not overlap: the function's reserved concurrency is 1, or a lease in the
 * database sees to it.
 *
 * @throws SourcesFailedError when a source could not be listed.
 */
export const createInventoryHandler = (
  deps: InventoryDeps,
  deadlineMs = HANDLER_DEADLINE_MS,
): LambdaHandler<InventoryResponse | RunSkipped> =>
  observed(deps.telemetry, async (event, { awsRequestId }) => {
    const { instanceId } = InventoryEvent.parse(event)
    const outcomes = await withinDeadline(deadlineMs, (deadline) =>
      alone(deps, LEASE, deadline, () =>
        takeInventory(inventoryPorts(deps, awsRequestId, instanceId, deadline), instanceId),
      ),
    )
    if (outcomes === null) return skipRun(deps)
    report(deps.telemetry, outcomes)
    const failed = outcomes.filter((each) => each.outcome === 'failed')
    const [first] = failed
    if (first === undefined) return { sources: outcomes.filter((each) => each.outcome === 'taken') }
    throw new SourcesFailedError(failed.map(({ source }) => source).join(', '), { cause: first.error })
  })

/** What Lambda invokes. */
export const handler = onColdStart(() => createInventoryHandler(inventoryDepsFromEnvironment(process.env)))
