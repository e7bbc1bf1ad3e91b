type Rule = {
  readonly id: string
  readonly result: string
  readonly severity?: string | undefined
  /** Further XML of the rule-result. */
  readonly inside?: string
}

/** A TestResult as a scanner writes it, with just these rules. */
export function testResult(run: {
  readonly rules: readonly Rule[]
  readonly endTime?: string
  readonly target?: string
}): string {
  const rules = run.rules.map(({ id, result, severity, inside = '' }) => {
    const rating = severity === undefined ? '' : ` severity="${severity}"`
    return `<rule-result idref="${id}"${rating}><result>${result}</result>${inside}</rule-result>`
  })
  return (
    `<TestResult xmlns="http://checklists.nist.gov/xccdf/1.2" end-time="${run.endTime ?? '2025-03-01T10:00:00Z'}">` +
    `<target>${run.target ?? 'web-1'}</target>${rules.join('')}</TestResult>`
  )
}
