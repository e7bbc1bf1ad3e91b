/** Why a file cannot be read as one finished scan. Nothing of such a file is used. */
export type ScanFileFault =
  | 'too_large'
  | 'too_deep'
  | 'too_many_rules'
  | 'malformed_gzip'
  | 'unknown_format'
  | 'not_utf8'
  | 'doctype'
  | 'malformed'
  | 'truncated'
  | 'not_results'
  | 'wrong_namespace'
  | 'no_test_result'
  | 'several_targets'
  | 'no_end_time'
  | 'nothing_selected'
  | 'duplicate_rule'
  | 'circular_overlays'
  | 'invalid_value'

/** A results file that is refused: `fault` says which rule it breaks, the message says it in a sentence. */
export class ScanFileError extends Error {
  override readonly name: string = 'ScanFileError'
  readonly fault: ScanFileFault

  constructor(fault: ScanFileFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
