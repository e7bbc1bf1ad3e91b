import { expect, it } from 'vitest'
import { claimHosts } from '../../shared/db/claims.ts'
import { connect } from '../../shared/db/client.ts'
import { addHosts } from '../support/hosts.ts'
import { freshDatabase } from '../support/postgres/database.ts'

it('accounts for every host that is asked for, also while hosts are deleted and brought back', async () => {
  await using db = await freshDatabase()
  const hosts = await addHosts(db.sql, 50)
  const probe = connect(db.as('awareness_probe'))
  let isOver = false
  const churn = (async () => {
    while (!isOver) {
      await db.sql`update hosts set deleted_at = now() where port % 2 = 0`
      await db.sql`update hosts set deleted_at = null`
    }
  })()
  for (let round = 0; round < 200; round++) {
    const claim = await probe.begin((tx) => claimHosts(tx, hosts))
    const accounted = [...claim.hosts.map(({ hostId }) => hostId), ...claim.inFlight, ...claim.unknown]
    expect(accounted.toSorted()).toEqual(hosts.toSorted())
  }
  isOver = true
  await churn
  await probe.end()
})
