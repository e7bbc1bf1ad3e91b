import { reservedConcurrency } from '../../../infra/aws/concurrency.ts'
import type { Settings } from '../../../infra/aws/settings.ts'
import type { Facts } from '../facts.ts'
import { type Finding, judged } from '../finding.ts'

/** What Lambda leaves unreserved for all other functions (Lambda quotas, "Reserved concurrency"). */
const UNRESERVED = 100
/** What the functions of a small fleet use at once. */
const LEAST_CONCURRENCY = 10

/** Whether the functions get the concurrency that the settings reserve. */
export const checkConcurrency = (
  { concurrency, stackStatus }: Facts,
  { concurrency: wanted }: Pick<Settings, 'concurrency'>,
): Finding[] =>
  judged('concurrency', concurrency, ({ limit, unreserved }) => {
    const needed = reservedConcurrency(wanted)
    if (!wanted.isReserved) return unreservedFindings(limit, needed)
    const isOwn = stackStatus.kind === 'read' && stackStatus.value !== null
    // What the stack has reserved already is not in the unreserved part any more.
    const free = isOwn ? unreserved + needed : unreserved
    if (free - needed >= UNRESERVED)
      return [
        { level: 'ok', says: `Lambda can reserve a concurrency of ${needed} (the account has ${limit})` },
      ]
    return [
      {
        level: 'failure',
        says: `the functions reserve a concurrency of ${needed} and ${UNRESERVED} must be left, but ${free} of the account's ${limit} are not reserved: request more (Service Quotas, Lambda, "Concurrent executions"), or deploy with -c reserve=no`,
      },
    ]
  })

function unreservedFindings(limit: number, needed: number): Omit<Finding, 'check'>[] {
  if (limit < LEAST_CONCURRENCY)
    return [{ level: 'failure', says: `the account has a Lambda concurrency of ${limit}: it needs 10` }]
  if (limit >= needed + UNRESERVED)
    return [
      {
        level: 'warning',
        says: `the account has a Lambda concurrency of ${limit}: leave -c reserve=no out, so that the functions cannot use up the connections of the database`,
      },
    ]
  return [
    { level: 'ok', says: `the functions share the account's concurrency of ${limit}, and reserve none` },
  ]
}
