import { expect, it } from 'vitest'
import { readLastScan } from '../../shared/db/last-scan.ts'
import { parseHostId } from '../../shared/domain/ids.ts'
import { addHost } from '../support/hosts.ts'
import { freshDatabase } from '../support/postgres/database.ts'
import { scanned, scanTime } from '../support/recorded-scans.ts'

it('the last scan of a host is the newest one, whichever of its rules that scan evaluated', async () => {
  await using db = await freshDatabase()
  // Wherever a rule stands in the table or in an index, one of the two hosts has its older scan there first.
  for (const rule of ['a', 'b']) {
    const hostId = parseHostId(await addHost(db.sql))
    await scanned(db.sql, hostId, 1, { a: 'pass', b: 'pass' })
    const { scanId } = await scanned(db.sql, hostId, 2, { [rule]: 'fail' })
    expect(await readLastScan(db.sql, hostId)).toEqual({ scan_id: scanId, completed_at: scanTime(2) })
  }
  expect(await readLastScan(db.sql, parseHostId(await addHost(db.sql)))).toBeUndefined()
})
