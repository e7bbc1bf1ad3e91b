import { describe, expect, it } from 'vitest'
import { judgeScans } from '../../../functions/drift/judge-scans.ts'
import { driftPorts } from '../../../functions/runtime/drift-ports.ts'
import type { Tx } from '../../../shared/db/client.ts'
import { openDatabase, type TransactionKind, type Transactions } from '../../../shared/db/transaction.ts'
import { announced } from '../../support/functions/drift.ts'
import { addHost } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'
import { ruleSet, scanned } from '../../support/recorded-scans.ts'

/** Runs `interrupt` between the two reads of a judgement: before the second statement that takes scans. */
function interrupted(
  database: Transactions,
  kind: TransactionKind,
  interrupt: () => Promise<unknown>,
): Transactions {
  let reads = 0
  const before = (tx: Tx): Tx =>
    new Proxy(tx, {
      apply: (target, self, args) => {
        const isJudgementRead = String(args[0]?.join?.('')).includes('jsonb_to_recordset')
        if (!isJudgementRead || ++reads !== 2) return Reflect.apply(target, self, args)
        return interrupt().then(() => Reflect.apply(target, self, args))
      },
    })
  return {
    transaction: (asked, body) =>
      database.transaction(asked === 'snapshot' ? kind : asked, (tx, lost) => body(before(tx), lost)),
  }
}

async function deltaWhileNextScanLands(kind: TransactionKind): Promise<number | null> {
  await using db = await freshDatabase()
  const database = openDatabase(db.as('awareness_drift'))
  const hostId = await addHost(db.sql)
  await scanned(db.sql, hostId, 1, ruleSet({ pass: 20 }))
  const scan = await scanned(db.sql, hostId, 2, ruleSet({ pass: 16, fail: 4 }))
  let landed = 0
  const torn = interrupted(database, kind, async () => {
    await scanned(db.sql, hostId, 3, ruleSet({ fail: 20 }))
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
    expect(await deltaWhileNextScanLands('snapshot')).toBe(-20)
  })

  it('a writer that commits the next scan between two reads would change a verdict if every statement had a view of its own', async () => {
    await expect(deltaWhileNextScanLands('write')).rejects.toThrow(/^failed is -/)
  })
})
