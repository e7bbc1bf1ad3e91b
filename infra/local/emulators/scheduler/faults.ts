import type { OperationName } from './operations.ts'
import type { ErrorName } from './refusal.ts'

/**
 * An error to answer with instead of doing what was asked, a connection dropped before anything is done
 * (`drop_request`), or one dropped after all was done (`drop_answer`).
 */
export type FaultKind =
  | Extract<
      ErrorName,
      | 'ThrottlingException'
      | 'ConflictException'
      | 'InternalServerException'
      | 'ResourceNotFoundException'
      | 'ServiceQuotaExceededException'
    >
  | 'drop_request'
  | 'drop_answer'

/** Faults that the next requests meet, for tests of clients of the API. */
export type Faults = {
  /** The next `times` requests, or those of one operation, meet this fault. */
  readonly next: (kind: FaultKind, times?: number, operation?: OperationName) => void
  readonly clear: () => void
  /** The fault that a request meets, which is thereby used up. */
  readonly take: (operation: OperationName) => FaultKind | null
}

/** A plan of faults that is empty at first. */
export function createFaults(): Faults {
  let planned: { kind: FaultKind; left: number; operation: OperationName | undefined }[] = []
  return {
    next: (kind, times = 1, operation) => {
      planned.push({ kind, left: times, operation })
    },
    clear: () => {
      planned = []
    },
    take: (operation) => {
      const fault = planned.find((each) => each.operation === undefined || each.operation === operation)
      if (fault === undefined) return null
      fault.left -= 1
      planned = planned.filter(({ left }) => left > 0)
      return fault.kind
    },
  }
}
