import { it } from 'vitest'
import { expectForbidden } from '../../support/postgres/rights.ts'

const FORBIDDEN = [
  "insert into hosts (hostname, ip_address) values ('x', '127.0.0.1')",
  'update hosts set deleted_at = now()',
  'delete from hosts',
  'update policy set hosts_per_schedule = 2',
  'update host_liveness set consecutive_failures = 0',
  'delete from host_liveness',
  "select hold_hosts('[]')",
  'select detail from audit_events',
  "update audit_events set outcome = 'success'",
  'delete from audit_events',
  "insert into maintenances (id, starts_at, ends_at, reason) values (gen_random_uuid(), now(), now() + interval '1 hour', 'x')",
  "update maintenances set reason = 'x'",
  'insert into flapping_spells (host_id, started_at) values (gen_random_uuid(), now())',
  'update flapping_spells set started_at = now()',
  'delete from maintenance_hosts',
  'update maintenance_hosts set was_down = true',
  "update audit_events set action = 'b'",
  'update audit_events set published_at = null',
  'insert into prober_hold default values',
  'delete from prober_hold',
  'update policy set hold_above_percent = 0',
  'truncate probe_schedules',
  "insert into run_leases (name) values ('x')",
  'delete from run_leases',
  'create table mine (id int)',
  'select * from awareness_schema_version',
]

it.each(FORBIDDEN)('the fan-out role may not: %s', (statement) =>
  expectForbidden('awareness_fan_out', statement),
)
