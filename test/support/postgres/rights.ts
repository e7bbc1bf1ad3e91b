import { expect } from 'vitest'
import { connect } from '../../../shared/db/client.ts'
import type { FunctionRole } from '../../../shared/domain/functions.ts'
import { freshDatabase } from './database.ts'

/** Fails unless a role is refused this statement for want of a right. */
export async function expectForbidden(role: FunctionRole, statement: string): Promise<void> {
  await using db = await freshDatabase()
  const sql = connect(db.as(role))
  try {
    await expect(sql.unsafe(statement)).rejects.toThrow(/permission denied|must be owner/)
  } finally {
    await sql.end()
  }
}
