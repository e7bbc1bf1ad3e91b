import { it } from 'vitest'
import { expectForbidden } from '../../support/postgres/rights.ts'

const FORBIDDEN = [
  'delete from hosts',
  'update hosts set id = gen_random_uuid()',
  'select detail from audit_events',
  "update audit_events set outcome = 'success'",
  'delete from audit_events',
  'select * from host_liveness',
  "update host_liveness set reachability_status = 'reachable'",
  'select * from host_rule_state',
  'select * from transactions',
  'select * from scans',
  'select * from scan_verdicts',
  'select * from probe_schedules',
  'update policy set remove_at_most_percent = 100',
  "update host_sources set source = 'import'",
  'create table mine (id int)',
]

it.each(FORBIDDEN)('the inventory role may not: %s', (statement) =>
  expectForbidden('awareness_inventory', statement),
)
