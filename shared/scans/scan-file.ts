import type { RuleStatus } from '../domain/rule-results.ts'

/** The formats that are read. `xccdf` is XCCDF 1.2 by itself or in an ARF report, `json` is our own. */
export type ScanFormat = 'xccdf' | 'hdf' | 'json'

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** The result of one rule in one scan, in the words of the transaction log. */
export type ScannedRule = {
  readonly ruleId: string
  readonly status: RuleStatus
  /** `critical`, `high`, `medium` and `low` are counted in drift events. Any other text is kept, and not counted. */
  readonly severity: string
  /** The format's own word for why a rule was skipped. */
  readonly skipReason: string | null
  readonly evidence?: Json
  readonly frameworkRefs?: Json
}

/** What one format's reader finds in a file. */
export type FoundScan = {
  /** One per rule, in the order of the file; at least one. */
  readonly results: readonly ScannedRule[]
  readonly completedAt: Date
  /** What the scanned machine calls itself, and its addresses: to be compared, not to be trusted. */
  readonly targets: readonly string[]
  /** The host that the file was written for, by id, name or address. Only our own JSON has one. */
  readonly host: string | null
  /** The id of the scan, which only the project's own JSON has. */
  readonly scanId: string | null
}

/** One finished scan, as a results file of any format describes it. */
export type ScanFile = FoundScan & {
  readonly format: ScanFormat
  /** The hash of the unpacked content, in hexadecimal: the same content is the same scan. */
  readonly sha256: string
}
