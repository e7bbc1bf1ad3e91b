import type { StackAnswer, StackRequest } from '../../shared/contracts/stack-request.ts'
import type { InitialPolicy } from '../../shared/domain/policy.ts'

export type Migrated = { readonly done: string; readonly warnings: readonly string[] }

export type DatabaseOfStack = {
  /** The policy that it begins with, if it is new. */
  readonly initial: InitialPolicy
  /**
   * Whether the stack had another database before, or none: schedules that this one takes for applied may never have
   * been written, or may have changed since the backup that it was restored from.
   */
  readonly isOther: boolean
}

export type MigratePorts = {
  /** Brings the database up to date, and says what it did in a sentence, and what has to be done by hand. */
  readonly migrate: (database: DatabaseOfStack) => Promise<Migrated>
  /** Turns a fault into a sentence for whoever reads the stack's events. */
  readonly explain: (error: unknown) => string
}

/** CloudFormation refuses an answer of more than 4,096 bytes altogether. */
const MAX_REASON_LENGTH = 1_000

/** An output of a stack must not be empty. */
const NO_WARNING = 'none'

/** Steady, so that CloudFormation never takes an update for a replacement and deletes the old one. */
const PHYSICAL_ID = 'fleet-awareness-migrations'

/** What to tell CloudFormation. A fault is an answer too: the reason is what the stack's events will show. */
export async function answerStack(ports: MigratePorts, request: StackRequest): Promise<StackAnswer> {
  // The schema outlives the stack: deleting the stack deletes no table.
  if (request.RequestType === 'Delete') return answer(request, 'SUCCESS', 'nothing to undo')
  const { ProbeIntervalSeconds, HostsPerSchedule } = request.ResourceProperties
  try {
    const initial = { probeIntervalSeconds: ProbeIntervalSeconds, hostsPerSchedule: HostsPerSchedule }
    const { done, warnings } = await ports.migrate({ initial, isOther: isOther(request) })
    const text = warnings.length === 0 ? NO_WARNING : warnings.join('; ').slice(0, MAX_REASON_LENGTH)
    const reason = warnings.length === 0 ? done : `${done}; ${text}`
    return { ...answer(request, 'SUCCESS', reason), Data: { Warnings: text } }
  } catch (error) {
    return answer(
      request,
      'FAILED',
      `Migrations failed, and the database is as it was: ${ports.explain(error)}`,
    )
  }
}

const isOther = ({ RequestType, ResourceProperties, OldResourceProperties }: StackRequest): boolean =>
  RequestType === 'Create' || OldResourceProperties?.Database !== ResourceProperties.Database

const answer = (request: StackRequest, status: StackAnswer['Status'], reason: string): StackAnswer => ({
  Status: status,
  Reason: reason.slice(0, MAX_REASON_LENGTH),
  PhysicalResourceId: request.PhysicalResourceId ?? PHYSICAL_ID,
  StackId: request.StackId,
  RequestId: request.RequestId,
  LogicalResourceId: request.LogicalResourceId,
})
