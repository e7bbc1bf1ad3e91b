import { explainFault } from '../../terminal/explain-aws-fault.ts'
import type { Reading } from '../finding.ts'

/** Reads a value; `action` is the IAM action that it needs. */
export async function reading<T>(action: string, read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { kind: 'read', value: await read() }
  } catch (error) {
    return { kind: 'unreadable', because: explainFault(error, action) }
  }
}

/** What `read` reads, or `otherwise` where AWS answers that there is no such thing. */
export async function unlessMissing<T, U>(
  isMissing: (error: Error) => boolean,
  otherwise: U,
  read: () => Promise<T>,
): Promise<T | U> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Error && isMissing(error)) return otherwise
    throw error
  }
}
