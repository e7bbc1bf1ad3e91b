import { ExecJSON } from 'inspecjs'
import { isUuid } from '../../domain/ids.ts'
import { MAX_RULES } from '../limits.ts'
import type { FoundScan } from '../scan-file.ts'
import { ScanFileError } from '../scan-file-error.ts'
import { toScannedRule } from './control.ts'
import { findCountingControls } from './overlays.ts'

/** Whether a JSON value claims to be InSpec's own output, of any of its JSON reporters, or a profile. */
export const isHdf = (value: object): boolean => 'profiles' in value || 'controls' in value

/**
 * Reads HDF, the format of InSpec's reporter `json` and of the converters of MITRE's SAF CLI.
 * @throws ScanFileError for every text that is not one finished scan in this format.
 */
export function readHdf(text: string, value: object, completedAt?: Date): FoundScan {
  if (!('profiles' in value)) throw describeOtherReport(value)
  requireFewControls(value.profiles)
  const execution = parseExecution(text)
  const controls = findCountingControls(execution.profiles)
  if (controls.length === 0) throw new ScanFileError('nothing_selected', 'has no control')
  const results = controls.map(toScannedRule)
  return {
    results,
    completedAt: completedAt ?? findEndTime(controls),
    targets: listTargets(execution.platform),
    host: null,
    scanId: null,
  }
}

/** Counted before `inspecjs` works on them. */
function requireFewControls(profiles: unknown): void {
  let count = 0
  for (const profile of Array.isArray(profiles) ? profiles : []) {
    if (Array.isArray(profile?.controls)) count += profile.controls.length
  }
  if (count > MAX_RULES) throw new ScanFileError('too_many_rules', `has more than ${MAX_RULES} controls`)
}

function describeOtherReport(value: object): ScanFileError {
  const isProfile = 'supports' in value || 'sha256' in value
  const found = isProfile ? 'a profile, not the results of a scan' : 'the output of the reporter json-min'
  return new ScanFileError('not_results', `is ${found}: run inspec exec with --reporter json`)
}

/**
 * `inspecjs` finds the type of each optional field by exceptions. Their stack traces, which nobody sees, took two thirds
 * of the time of a file (66 ms of CPU instead of 22 ms for 400 controls), so none are taken meanwhile.
 */
function parseExecution(text: string): ExecJSON.Execution {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return ExecJSON.Convert.toExecJSON(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 160) : String(cause)
    throw new ScanFileError('invalid_value', `is not HDF: ${reason}`, { cause })
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** An RFC 3339 time, which says which instant it is. */
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)? ?(Z|[+-]\d\d:?\d\d)$/

/** HDF has no end time of a scan: it is the end of the test that ended last. */
function findEndTime(controls: readonly ExecJSON.Control[]): Date {
  let latestMs = Number.NEGATIVE_INFINITY
  for (const { results } of controls) {
    for (const { start_time, run_time } of results) {
      const startMs = INSTANT.test(start_time) ? Date.parse(start_time) : Number.NaN
      const endMs = startMs + Math.max(0, run_time ?? 0) * 1_000
      if (endMs > latestMs) latestMs = endMs
    }
  }
  const latest = new Date(latestMs)
  if (!Number.isNaN(latest.getTime())) return latest
  throw new ScanFileError(
    'no_end_time',
    'no test has a start_time with an offset from UTC: when did the scan end?',
  )
}

/** InSpec writes the UUID of the machine here, converters a name or an address. */
const listTargets = ({ target_id }: ExecJSON.Execution['platform']): readonly string[] => {
  const target = target_id?.trim() ?? ''
  return target === '' || isUuid(target) ? [] : [target]
}
