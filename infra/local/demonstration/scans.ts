import type { CountedSeverity } from '../../../shared/domain/rule-results.ts'
import type { RuleResult } from '../../../shared/producer/scan-results.ts'

/** Twenty rules, so that each is worth 5 percentage points. The first rules of the list fail first. */
const RULES: readonly (readonly [id: string, severity: CountedSeverity])[] = [
  ['partition_for_var_log', 'low'],
  ['banner_etc_issue', 'medium'],
  ['package_aide_installed', 'medium'],
  ['sysctl_kernel_dmesg_restrict', 'low'],
  ['sshd_set_idle_timeout', 'medium'],
  ['sshd_disable_root_login', 'high'],
  ['no_empty_passwords', 'critical'],
  ['accounts_maximum_age_login_defs', 'medium'],
  ['accounts_password_minlen_login_defs', 'medium'],
  ['audit_rules_time_settimeofday', 'low'],
  ['file_permissions_etc_shadow', 'high'],
  ['file_owner_etc_passwd', 'high'],
  ['package_rsyslog_installed', 'medium'],
  ['package_telnetd_removed', 'critical'],
  ['service_auditd_enabled', 'medium'],
  ['service_cron_enabled', 'low'],
  ['sshd_disable_empty_passwords', 'critical'],
  ['sudo_remove_nopasswd', 'medium'],
  ['sysctl_fs_protected_hardlinks', 'medium'],
  ['sysctl_net_ipv4_tcp_syncookies', 'medium'],
]

/**
 * How many rules fail in each scan of a round: 80 %, 80 % (stable), 75 % (a minor worsening), 65 % (a major
 * one), and with the next round 80 % again (an improvement).
 */
const FAILING_RULES = [4, 4, 5, 7] as const

/** The results of the n-th scan of a host, where n starts at 0. */
export function demonstrationScan(n: number): RuleResult[] {
  const failing = FAILING_RULES[n % FAILING_RULES.length] ?? 0
  return RULES.map(([ruleId, severity], i) => ({
    ruleId,
    severity,
    status: i < failing ? 'fail' : 'pass',
  }))
}

const SCANNED = /^(cache|db)-/

/**
 * Whether the demonstration scans a host. The others are free for scans of one's own: those of the demonstration
 * are complete in fleet time, which soon is ahead, and an older scan is not taken.
 */
export const isScannedInDemonstration = (name: string): boolean => SCANNED.test(name)
