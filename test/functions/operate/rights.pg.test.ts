import { it } from 'vitest'
import { expectForbidden } from '../../support/postgres/rights.ts'

const FORBIDDEN = [
  "update audit_events set outcome = 'success'",
  'delete from audit_events',
  'truncate audit_events',
  'select * from host_rule_state',
  'delete from host_rule_state',
  'select * from transactions',
  "update transactions set status = 'pass'",
  'delete from scans',
  'delete from scan_verdicts',
  'select * from rule_sets',
  "update maintenances set reason = 'x'",
  'delete from flapping_spells',
  'update flapping_spells set stopped_at = now()',
  'delete from maintenance_hosts',
  'update maintenance_hosts set quiet_since = now()',
  'delete from hosts',
  'update hosts set id = gen_random_uuid()',
  'update hosts set created_at = now()',
  "update host_liveness set reachability_status = 'reachable'",
  'delete from host_liveness',
  "select hold_hosts('[]')",
  "insert into probe_schedules (name, spec_hash) values ('x', 'y')",
  'delete from probe_schedules',
  'insert into policy default values',
  'update policy set only_row = true',
  'delete from policy',
  'create table mine (id int)',
  'select * from awareness_schema_version',
  'alter role awareness_operate createdb',
]

it.each(FORBIDDEN)('the operate role may not: %s', (statement) =>
  expectForbidden('awareness_operate', statement),
)
