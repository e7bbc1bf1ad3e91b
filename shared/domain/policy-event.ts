import type { Describes } from './audit-event-shape.ts'
import type { PolicyKey, PolicyValues } from './policy.ts'

export type PolicyChanged = Describes<
  'policy.changed',
  'info',
  {
    /** The settings that changed, on both sides. */
    readonly before: Partial<PolicyValues>
    readonly after: Partial<PolicyValues>
    /** Why, where it was no operator who changed it. */
    readonly reason?: string
  },
  'policy'
>

/** The id of the only policy in the audit log. */
const THE_POLICY = 'policy'

/** The event of a policy of which something changed; null where all is as it was. */
export function policyChanged(before: PolicyValues, after: PolicyValues): PolicyChanged | null {
  const changed = (Object.keys(after) as PolicyKey[]).filter((key) => before[key] !== after[key])
  if (changed.length === 0) return null
  return {
    action: 'policy.changed',
    severity: 'info',
    outcome: 'success',
    resourceType: 'policy',
    resourceId: THE_POLICY,
    detail: { before: picked(before, changed), after: picked(after, changed) },
  }
}

const picked = (values: PolicyValues, keys: readonly PolicyKey[]): Partial<PolicyValues> =>
  Object.fromEntries(keys.map((key) => [key, values[key]]))
