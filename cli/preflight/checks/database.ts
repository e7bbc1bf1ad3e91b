import type { Engine } from '../../../infra/aws/engine.ts'
import type { Facts } from '../facts.ts'
import { type Finding, judged } from '../finding.ts'

/** Whether RDS offers the database that the stack creates in this region. */
export function checkDatabase({ offer, region }: Facts, wanted: Engine | null): Finding[] {
  if (wanted === null || offer === null) return []
  const { engine, version, instanceClass } = wanted
  return judged('database', offer, ({ hasVersion, versions, zones }) => {
    if (!hasVersion)
      return [
        {
          level: 'failure',
          says: `RDS does not offer ${engine} ${version} in ${region} (it offers ${versions.join(', ') || 'none of this major version'}): set ENGINE_VERSION in infra/aws/engine.ts`,
        },
      ]
    if (zones.length === 0)
      return [
        {
          level: 'failure',
          says: `RDS does not offer ${instanceClass} for ${engine} ${version} in ${region}`,
        },
      ]
    return [{ level: 'ok', says: `RDS offers ${engine} ${version} on ${instanceClass}` }]
  })
}
