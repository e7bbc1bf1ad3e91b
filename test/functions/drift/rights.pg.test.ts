import { it } from 'vitest'
import { expectForbidden } from '../../support/postgres/rights.ts'

const FORBIDDEN = [
  "update host_rule_state set current_status = 'pass'",
  'delete from host_rule_state',
  'insert into transactions (host_id) values (gen_random_uuid())',
  'delete from transactions',
  'update policy set drift_improvement_pp = 1',
  'update audit_events set detail = null',
  'delete from audit_events',
  'select detail from audit_events',
  "update scan_verdicts set kind = 'stable'",
  'delete from scan_verdicts',
  'select kind from scan_verdicts',
  'delete from scans',
  'select * from rule_sets',
  'select awareness_forget_scan(gen_random_uuid(), gen_random_uuid())',
]

it.each(FORBIDDEN)('the drift role may not: %s', (statement) => expectForbidden('awareness_drift', statement))
