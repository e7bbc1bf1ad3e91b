import type { AnswerOf } from '../../shared/contracts/operate-answer.ts'
import { type PolicyChanges, policyFault } from '../../shared/contracts/policy.ts'
import type { PolicyValues } from '../../shared/domain/policy.ts'
import { type PolicyChanged, policyChanged } from '../../shared/domain/policy-event.ts'

export type SetPolicyPorts = {
  /** The policy, which until the end of the transaction nobody else changes. */
  readonly lockPolicy: () => Promise<PolicyValues>
  readonly savePolicy: (policy: PolicyValues) => Promise<void>
  readonly saveEvent: (event: PolicyChanged) => Promise<void>
}

/** Changes settings and audits what changed, in one transaction. What is as it should be leaves no event. */
export async function setPolicy(
  ports: SetPolicyPorts,
  { changes }: { readonly changes: PolicyChanges },
): Promise<AnswerOf<'policy.set'>> {
  const before = await ports.lockPolicy()
  const policy: PolicyValues = { ...before, ...defined(changes) }
  const fault = policyFault(policy)
  if (fault !== null) return { outcome: 'refused', fault }
  const event = policyChanged(before, policy)
  if (event === null) return { outcome: 'unchanged', policy }
  await Promise.all([ports.savePolicy(policy), ports.saveEvent(event)])
  return { outcome: 'changed', before, policy }
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> }

/** A key may be there without a value in the type, if never in JSON. */
const defined = <T extends object>(changes: T): Defined<T> =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Defined<T>
