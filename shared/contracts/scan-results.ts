import * as z from 'zod'
import { RULE_STATUSES } from '../domain/rule-results.ts'
import { storableText, storableTime } from './storable.ts'

/** The readers of other formats accept as many. */
const MAX_RESULTS = 50_000
/** The longest id of a rule. */
const MAX_RULE_ID_CHARACTERS = 600
/** The longest text in the database column `severity` that a scanner may use. */
const MAX_SEVERITY_CHARACTERS = 100
/** The longest name of a host: the longest in DNS (RFC 1035, section 2.3.4). */
const MAX_HOST_CHARACTERS = 253

const AnyJson = z.json()

const Result = z.object({
  rule_id: storableText().min(1).max(MAX_RULE_ID_CHARACTERS).describe('Unique in the file.'),
  status: z.enum(RULE_STATUSES).describe('Only pass and fail count for a score.'),
  severity: storableText()
    .min(1)
    .max(MAX_SEVERITY_CHARACTERS)
    .describe('Events count critical, high, medium and low. Any other text is stored, and not counted.'),
  skip_reason: storableText().nullable().optional().describe('Why the rule was skipped.'),
  evidence: AnyJson.optional().describe('What the scanner saw. Stored, and not judged.'),
  framework_refs: AnyJson.optional().describe('Controls of other catalogues. Stored, and not judged.'),
})

/**
 * The project's own format of scan results, for scanners without a writer of another one. Further fields are ignored.
 */
export const ScanResults = z.object({
  host: storableText()
    .min(1)
    .max(MAX_HOST_CHARACTERS)
    .optional()
    .describe('The scanned host: its id, name or address in the fleet.'),
  scan_id: z
    .guid()
    .optional()
    .describe('The id of the scan. By default it is derived from host and content.'),
  completed_at: storableTime().describe('When the scan was complete, RFC 3339 with an offset or Z.'),
  results: z.array(Result).min(1).max(MAX_RESULTS),
})
export type ScanResults = z.output<typeof ScanResults>

/** The format as JSON Schema, for scanner teams: docs/scan-results.schema.json. */
export const scanResultsSchema = (): object => ({
  title: 'Scan results, version 1',
  ...z.toJSONSchema(ScanResults, { io: 'input' }),
})
