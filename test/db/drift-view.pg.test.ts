import { expect, it } from 'vitest'
import { listDrifts } from '../../shared/db/drift-view.ts'
import { addHost } from '../support/hosts.ts'
import { freshDatabase } from '../support/postgres/database.ts'

it('a drift event that an older version stored is listed with the delta that its basis compared', async () => {
  await using db = await freshDatabase()
  const hostId = await addHost(db.sql)
  const scores = {
    drift_type: 'major',
    score_delta: 44,
    like_for_like_delta: -12.5,
    prior_score: 50,
    current_score: 94,
  }
  const store = (n: number, detail: object) => db.sql`
    insert into audit_events (id, correlation_id, actor_type, actor_id, action, resource_type, resource_id, detail,
      occurred_at, recorded_at)
    values (gen_random_uuid(), 'x', 'system', 'older-version', 'compliance.drift.detected', 'host', ${hostId},
      ${db.sql.json({ host_id: hostId, ...scores, ...detail })}, now(), ${new Date(n)})`
  await store(1, { basis: 'common_rules' })
  await store(2, { basis: 'all_rules' })
  await store(3, { basis: 'common_rules', compared_delta: -12 })
  const drifts = await listDrifts(db.sql, new Date(0))
  expect(drifts.map(({ basis, comparedDelta }) => [basis, comparedDelta])).toEqual([
    ['common_rules', -12.5],
    ['all_rules', 44],
    ['common_rules', -12],
  ])
})
