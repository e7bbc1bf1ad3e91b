import { it } from 'vitest'
import { expectForbidden } from '../../support/postgres/rights.ts'

const FORBIDDEN = [
  "insert into hosts (hostname, ip_address) values ('x', '127.0.0.1')",
  'update hosts set deleted_at = now()',
  'delete from host_rule_state',
  "update transactions set status = 'pass'",
  'delete from transactions',
  'update scans set passed = 0',
  'delete from scans',
  'select rule_ids from rule_sets',
  'select kind from scan_verdicts',
  'select * from policy',
  'select * from host_liveness',
  'select id from audit_events',
  "insert into audit_events (id, correlation_id, actor_type, action, occurred_at) values (gen_random_uuid(), 'c', 'system', 'a', now())",
  'select awareness_forget_scan(gen_random_uuid(), gen_random_uuid())',
  'create table mine (id int)',
]

it.each(FORBIDDEN)('the scanner role may not: %s', (statement) =>
  expectForbidden('awareness_scanner', statement),
)
