import type { StackAnswer, StackRequest } from '../../shared/contracts/stack-request.ts'
import type { InitialPolicy } from '../../shared/domain/policy.ts'

export type MigratePorts = {
  /** Brings the database up to date, and says what it did in a sentence. */
  readonly migrate: (initial: InitialPolicy) => Promise<string>
  /** Turns a fault into a sentence for whoever reads the stack's events. */
  readonly explain: (error: unknown) => string
}

/** CloudFormation refuses an answer of more than 4,096 bytes altogether. */
const MAX_REASON_LENGTH = 1_000

/** Steady, so that CloudFormation never takes an update for a replacement and deletes the old one. */
const PHYSICAL_ID = 'fleet-awareness-migrations'

/** What to tell CloudFormation. A fault is an answer too: the reason is what the stack's events will show. */
export async function answerStack(ports: MigratePorts, request: StackRequest): Promise<StackAnswer> {
  // The schema outlives the stack: deleting the stack deletes no table.
  if (request.RequestType === 'Delete') return answer(request, 'SUCCESS', 'nothing to undo')
  const { ProbeIntervalSeconds, HostsPerSchedule } = request.ResourceProperties
  try {
    const initial = { probeIntervalSeconds: ProbeIntervalSeconds, hostsPerSchedule: HostsPerSchedule }
    return answer(request, 'SUCCESS', await ports.migrate(initial))
  } catch (error) {
    return answer(
      request,
      'FAILED',
      `Migrations failed, and the database is as it was: ${ports.explain(error)}`,
    )
  }
}

const answer = (request: StackRequest, status: StackAnswer['Status'], reason: string): StackAnswer => ({
  Status: status,
  Reason: reason.slice(0, MAX_REASON_LENGTH),
  PhysicalResourceId: request.PhysicalResourceId ?? PHYSICAL_ID,
  StackId: request.StackId,
  RequestId: request.RequestId,
  LogicalResourceId: request.LogicalResourceId,
})
