import type { FunctionName } from './functions.ts'

/**
 * The log lines that say that a function has committed an audit event. CloudWatch Logs subscribes to them, and starts
 * publishing: so a function that reports needs no right to call AWS. The line is a nudge, and the table is the truth.
 */
export const EVENT_LINES = {
  probe: ['host changed', 'identification changed', 'flapping started', 'prober suspect'],
  drift: ['drift detected'],
  operate: ['policy changed', 'scan forgotten', 'maintenance started', 'maintenance ended'],
  'fan-out': ['maintenance ended', 'flapping stopped', 'prober suspect', 'prober trusted'],
  inventory: ['hosts added', 'hosts removed'],
} as const satisfies Partial<Record<FunctionName, readonly string[]>>
