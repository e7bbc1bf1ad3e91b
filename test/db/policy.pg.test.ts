import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { claimHosts } from '../../shared/db/claims.ts'
import { readFleet } from '../../shared/db/fleet-snapshot.ts'
import { lockPolicy, readPolicy } from '../../shared/db/policy.ts'
import { parseHostId } from '../../shared/domain/ids.ts'
import { POLICY_RANGES } from '../../shared/domain/policy.ts'
import { freshDatabase } from '../support/postgres/database.ts'

it('whoever needs the policy is told in one wording how to put its row back', async () => {
  await using db = await freshDatabase()
  await db.sql`delete from policy`
  const lost = /^the table policy has lost its row: insert into policy default values$/
  await expect(readPolicy(db.sql)).rejects.toThrow(lost)
  await expect(db.sql.begin((tx) => lockPolicy(tx))).rejects.toThrow(lost)
  await expect(db.sql.begin((tx) => readFleet(tx, new Date()))).rejects.toThrow(lost)
  await expect(db.sql.begin((tx) => claimHosts(tx, [parseHostId(randomUUID())]))).rejects.toThrow(lost)
  await db.sql`insert into policy default values`
  await expect(readPolicy(db.sql)).resolves.toMatchObject({ probe_interval_seconds: 300 })
})

it.each(Object.entries(POLICY_RANGES))(
  'the table takes %s within the range of the code, and no more',
  async (key, { least, most }) => {
    await using db = await freshDatabase()
    const set = (value: number) => db.sql`update policy set ${db.sql({ [key]: value })}`
    await set(least)
    await set(most)
    await expect(set(least - 1)).rejects.toThrow(/check constraint/)
    await expect(set(most + 1)).rejects.toThrow(/check constraint/)
  },
)
