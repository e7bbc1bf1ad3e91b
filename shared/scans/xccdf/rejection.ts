/** Why a file cannot be read as one finished scan. Nothing of such a file is used. */
export type XccdfFault =
  | 'too_large'
  | 'too_deep'
  | 'too_many_rules'
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
  | 'invalid_value'

/** A results file that is refused: `fault` says which rule it breaks, the message says it in a sentence. */
export class XccdfError extends Error {
  override readonly name: string = 'XccdfError'
  readonly fault: XccdfFault

  constructor(fault: XccdfFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
