import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { migrate } from '../../../shared/db/migrate.ts'
import { freshDatabase } from '../../support/postgres/database.ts'
import { ROOT } from '../../support/repository.ts'

describe('a deploy of older code', () => {
  it('a deploy of older code leaves a newer database as it is, so that a stack can roll back', async () => {
    await using db = await freshDatabase()
    const older = mkdtempSync(join(tmpdir(), 'migrations-'))
    try {
      cpSync(join(ROOT, 'migrations'), older, { recursive: true })
      const newest = readdirSync(older).sort().at(-1) ?? ''
      rmSync(join(older, newest))
      const { applied, version } = await migrate(db.sql, older)
      expect({ applied, version }).toEqual({ applied: [], version: Number.parseInt(newest, 10) })
    } finally {
      rmSync(older, { recursive: true })
    }
  })
})
