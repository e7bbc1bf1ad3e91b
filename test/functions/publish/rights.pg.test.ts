import { expect, it } from 'vitest'
import { connect } from '../../../shared/db/client.ts'
import { freshDatabase } from '../../support/postgres/database.ts'

const FORBIDDEN = [
  "insert into hosts (hostname, ip_address) values ('x', '127.0.0.1')",
  'update hosts set deleted_at = now()',
  'delete from audit_events',
  'update audit_events set detail = null',
  'update audit_events set sequence = 1',
  "insert into audit_events (id, correlation_id, actor_type, action, occurred_at) values (gen_random_uuid(), 'c', 'system', 'a', now())",
  'update policy set hosts_per_schedule = 2',
  'select * from maintenances',
  'update maintenance_hosts set ends_at = now()',
  'delete from flapping_spells',
  'delete from maintenance_hosts',
  'select * from host_rule_state',
  'select * from probe_schedules',
  'create table mine (id int)',
]

it.each(FORBIDDEN)('the publish role may not: %s', async (statement) => {
  await using db = await freshDatabase()
  const sql = connect(db.as('awareness_publish'))
  try {
    await expect(sql.unsafe(statement)).rejects.toThrow(
      /permission denied|must be owner|can only be updated to DEFAULT/,
    )
  } finally {
    await sql.end()
  }
})
