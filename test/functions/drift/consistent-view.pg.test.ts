import { describe, expect, it } from 'vitest'
import { judgeScans } from '../../../functions/drift/judge-scans.ts'
import { driftPorts } from '../../../functions/runtime/drift-ports.ts'
import type { Tx } from '../../../shared/db/client.ts'
import { openDatabase, type TransactionKind, type Transactions } from '../../../shared/db/transaction.ts'
import { announced } from '../../support/functions/drift.ts'
import { addHost } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'
import { ruleSet, scanned, scannedByOthers } from '../../support/recorded-scans.ts'

/** Runs `interrupt` before the n-th statement of a judgement that takes scans. */
function interrupted(
  database: Transactions,
  kind: TransactionKind,
  n: number,
  interrupt: () => Promise<unknown>,
): Transactions {
  let statements = 0
  const before = (tx: Tx): Tx =>
    new Proxy(tx, {
      apply: (target, self, args) => {
        const takesScans = String(args[0]?.join?.('')).includes('jsonb_to_recordset')
        if (!takesScans || ++statements !== n) return Reflect.apply(target, self, args)
        return interrupt().then(() => Reflect.apply(target, self, args))
      },
    })
  return {
    transaction: (asked, body) =>
      database.transaction(asked === 'snapshot' ? kind : asked, (tx, lost) => body(before(tx), lost)),
  }
}

async function deltaWhileNextScanLands(
  writer: typeof scanned,
  before: { readonly statement: number; readonly kind: TransactionKind },
): Promise<number | null> {
  await using db = await freshDatabase()
  const database = openDatabase(db.as('awareness_drift'))
  const hostId = await addHost(db.sql)
  await writer(db.sql, hostId, 1, ruleSet({ pass: 20 }))
  const scan = await writer(db.sql, hostId, 2, ruleSet({ pass: 16, fail: 4 }))
  let landed = 0
  const torn = interrupted(database, before.kind, before.statement, async () => {
    await writer(db.sql, hostId, 3, ruleSet({ fail: 20 }))
    landed++
  })
  const [outcome] = await judgeScans(driftPorts(torn), [announced(scan)])
  await database.close()
  expect(landed).toBe(1)
  if (outcome?.outcome !== 'judged') throw new Error('not judged')
  return outcome.verdict.scoreDelta
}

describe('a writer that commits the next scan between two reads', () => {
  it('a writer that commits the next scan between two reads cannot change a verdict', async () => {
    for (const statement of [2, 3]) {
      expect(await deltaWhileNextScanLands(scannedByOthers, { statement, kind: 'snapshot' })).toBe(-20)
    }
  })

  it('a writer that commits the next scan between two reads would change a verdict if every statement had a view of its own', async () => {
    const torn = deltaWhileNextScanLands(scannedByOthers, { statement: 3, kind: 'write' })
    await expect(torn).rejects.toThrow(/^failed is -/)
  })

  it('a writer that commits the next scan cannot change the verdict on a scan of which its writer recorded what it left', async () => {
    expect(await deltaWhileNextScanLands(scanned, { statement: 2, kind: 'write' })).toBe(-20)
  })
})
