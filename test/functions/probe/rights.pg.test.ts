import { it } from 'vitest'
import { expectForbidden } from '../../support/postgres/rights.ts'

const FORBIDDEN = [
  'select id from audit_events where detail is null',
  'update flapping_spells set stopped_at = now()',
  'delete from flapping_spells',
  'select * from maintenances',
  'select end_event_id from maintenance_hosts',
  'delete from maintenance_hosts',
  "insert into hosts (hostname, ip_address) values ('x', '127.0.0.1')",
  "update hosts set ip_address = '127.0.0.1'",
  'select id from hosts for key share',
  'delete from hosts',
  'update policy set probe_interval_seconds = 60',
  'delete from host_liveness',
  'select detail from audit_events',
  "update audit_events set outcome = 'success'",
  'delete from audit_events',
  'truncate audit_events',
  'select name from probe_schedules',
  "insert into probe_schedules (name, spec_hash) values ('x', 'y')",
  'create table mine (id int)',
  'select * from awareness_schema_version',
  'alter role awareness_probe createdb',
]

it.each(FORBIDDEN)('the probe role may not: %s', (statement) => expectForbidden('awareness_probe', statement))
