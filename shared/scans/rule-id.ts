import { isStorableText } from '../contracts/storable.ts'
import { ScanFileError } from './scan-file-error.ts'

/** The column is part of an index, whose entries PostgreSQL limits to about 2,700 bytes. */
const MAX_RULE_ID_CHARACTERS = 600
/** The bytes of a rule's id that `recordScan` accepts. */
const MAX_RULE_ID_BYTES = 1_024

/**
 * Checks a rule's id and returns it.
 * @throws ScanFileError (`invalid_value`) for an id that is empty, too long, or that the database cannot store.
 */
export function requireRuleId(id: string): string {
  if (id === '') throw new ScanFileError('invalid_value', 'a rule has no id')
  if (id.length > MAX_RULE_ID_CHARACTERS || Buffer.byteLength(id) > MAX_RULE_ID_BYTES) {
    throw new ScanFileError(
      'invalid_value',
      `a rule id is longer than ${MAX_RULE_ID_CHARACTERS} characters or ${MAX_RULE_ID_BYTES} bytes: ${id.slice(0, 40)}…`,
    )
  }
  if (isStorableText(id)) return id
  throw new ScanFileError(
    'invalid_value',
    `the rule id ${JSON.stringify(id.slice(0, 40))} is not storable text`,
  )
}
