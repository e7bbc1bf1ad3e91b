import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readScanCompleted, scanCompletedSchema } from '../../shared/contracts/scan-completed.ts'

const MESSAGE = {
  event: 'scan.completed',
  version: 1,
  host_id: '0190A1B2-c3d4-7e5f-8a6b-7c8d9e0f0005',
  scan_id: '11111111-2222-3333-4444-555555555555',
  completed_at: '2026-03-01T10:00:00.123456+02:00',
}

describe('the message of a finished scan', () => {
  it('the message of a finished scan is published as the schema that the code has', () => {
    const published = readFileSync(new URL('../../docs/scan-completed.schema.json', import.meta.url), 'utf8')
    expect(JSON.parse(published)).toEqual(scanCompletedSchema())
  })

  it('the message of a finished scan may have further fields, ids of any version in any case, and any offset', () => {
    expect(readScanCompleted(JSON.stringify({ ...MESSAGE, more: { of: 'it' } }))).toEqual({
      scan: {
        hostId: '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f0005',
        scanId: '11111111-2222-3333-4444-555555555555',
        completedAtMs: Date.UTC(2026, 2, 1, 8, 0, 0, 123),
      },
    })
    expect(scanCompletedSchema()).not.toHaveProperty('additionalProperties')
  })

  it.each(['', 'null', '[]', '7', '"scan.completed"', '{}'])(
    'the message of a finished scan has a shape that %j has not',
    (body) => {
      expect(readScanCompleted(body)).toHaveProperty('reason')
    },
  )

  it.each([
    ['event', 'scan.started'],
    ['version', '1'],
    ['host_id', 'web-1'],
    ['scan_id', ''],
    ['completed_at', '2026-03-01T10:00:00'],
    ['completed_at', '2026-02-30T10:00:00Z'],
    ['completed_at', 1_772_359_200],
  ])(
    'the message of a finished scan is refused where %s is %j, and the refusal says which field',
    (field, value) => {
      expect(readScanCompleted(JSON.stringify({ ...MESSAGE, [field]: value }))).toEqual({
        reason: 'wrong_shape',
        detail: expect.stringContaining(field),
      })
    },
  )

  it('the message of a finished scan can tell of any moment that it can be sent for', () => {
    for (const completed_at of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z']) {
      expect(readScanCompleted(JSON.stringify({ ...MESSAGE, completed_at }))).toHaveProperty('scan')
    }
  })
})
