import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDriftHandler } from '../../functions/drift/handler.ts'
import { bent, type Json } from '../support/bent-json.ts'
import { driftEnvironment } from '../support/functions/drift.ts'
import { lambdaContext } from '../support/functions/probe.ts'
import { FUZZ_TIMEOUT_MS, fuzz } from '../support/fuzzing.ts'
import { addHosts } from '../support/hosts.ts'
import { freshDatabase } from '../support/postgres/database.ts'

const STRANGER = '00000000-0000-4000-8000-00000000000a'
const SCAN = '00000000-0000-4000-8000-00000000000b'
const message = (hostId: string): Json => ({
  event: 'scan.completed',
  version: 1,
  host_id: hostId,
  scan_id: SCAN,
  completed_at: '2026-01-01T10:00:00Z',
})
const MIB = 2 ** 20

describe('a batch of messages with anything in them', () => {
  it('a batch of messages with anything in them ends with each message rejected for a reason or left for a retry, and none lost', {
    timeout: FUZZ_TIMEOUT_MS,
  }, async () => {
    await using db = await freshDatabase()
    const [host = ''] = await addHosts(db.sql, 1)
    const rejected: { messageId: string; reason: string }[] = []
    await using deps = driftEnvironment(db, async (refused) => void rejected.push(refused))
    const handler = createDriftHandler(deps)
    const body = fc.oneof(
      { weight: 6, arbitrary: bent(message(host), message(STRANGER)).map((json) => JSON.stringify(json)) },
      { weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '',
          '{',
          '[',
          `"${'x'.repeat(MIB)}"`,
          '['.repeat(MIB),
          `${' '.repeat(MIB)}{}`,
        ),
      },
    )
    await fuzz(fc.array(body, { minLength: 1, maxLength: 10 }), 150, async (bodies) => {
      rejected.length = 0
      const messages = bodies.map((text, i) => ({ messageId: `m${i}`, body: text }))
      const { batchItemFailures } = await handler({ Records: messages }, lambdaContext())
      const decided = [
        ...rejected.map(({ messageId }) => messageId),
        ...batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
      ]
      expect(decided.sort()).toEqual(messages.map(({ messageId }) => messageId).sort())
      for (const { reason } of rejected)
        expect(['malformed_json', 'wrong_shape', 'unknown_host']).toContain(reason)
      expect(
        deps.output.lines.filter(({ error }) => JSON.stringify(error ?? '').includes('TypeError')),
      ).toEqual([])
      const faults = deps.output.lines.filter(
        (line) => 'DatabaseUnreachable' in line || line.level === 'ERROR',
      )
      expect(faults).toEqual([])
      deps.output.lines.length = 0
    })
  })
})
