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
  "update audit_events set action = 'b'",
  'update audit_events set published_at = null',
  'delete from audit_events',
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
