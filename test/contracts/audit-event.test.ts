import { readFileSync } from 'node:fs'
import { expect, expectTypeOf, it } from 'vitest'
import { type AuditEventRow, auditEventsSchema } from '../../shared/contracts/audit-event.ts'
import type { AuditEvent } from '../../shared/domain/audit-events.ts'

it('the published schema of audit events is the one that the code holds to', () => {
  const published = readFileSync(new URL('../../docs/audit-events.schema.json', import.meta.url), 'utf8')
  expect(JSON.parse(published)).toEqual(auditEventsSchema())
})

it('the contract knows every action that the code can audit, and no other', () => {
  expectTypeOf<AuditEventRow['action']>().toEqualTypeOf<AuditEvent['action']>()
  expectTypeOf<DetailOf<'host.connectivity.checked'>>().toEqualTypeOf<
    Mutable<Extract<AuditEvent, { action: 'host.connectivity.checked' }>['detail']>
  >()
})

type DetailOf<Action> = Extract<AuditEventRow, { action: Action }>['detail']
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
