import { MAX_NAME_CHARACTERS } from '../../shared/contracts/fleet-row.ts'
import { MAX_EVENTS } from '../../shared/contracts/operate-request.ts'
import { type PolicyChanges, parseSettings } from '../../shared/contracts/policy.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { isUuid } from '../../shared/domain/ids.ts'
import { REACHABILITY_STATUSES, type ReachabilityStatus } from '../../shared/domain/reachability.ts'
import { parseWholeNumber } from '../terminal/parse-flags.ts'

/** @throws UserError for a text that is too short or too long to name a host. */
export function parseHostText(text: string): string {
  if (text !== '' && text.length <= MAX_NAME_CHARACTERS) return text
  const given = text === '' ? 'an empty text' : `a text of ${text.length} characters`
  throw new UserError([`HOST is the name, the address or the id of a host, and not ${given}`])
}

/** @throws UserError for a text that is no state. */
export function parseState(text: string): ReachabilityStatus {
  const state = REACHABILITY_STATUSES.find((known) => known === text)
  if (state !== undefined) return state
  throw new UserError([`--state ${JSON.stringify(text)} is none of ${REACHABILITY_STATUSES.join(', ')}`])
}

/** @throws UserError with a line for each text that is no setting. */
export function parseChanges(texts: readonly string[]): PolicyChanges {
  const parsed = parseSettings(texts)
  if ('faults' in parsed) throw new UserError(parsed.faults)
  return parsed.changes
}

/** @throws UserError for a text that is no UUID. */
export function parseScanId(text: string): string {
  if (isUuid(text)) return text.toLowerCase()
  throw new UserError([`SCAN-ID ${JSON.stringify(text)} is not a UUID`])
}

/** @throws UserError for anything but a number of events that one answer can hold. */
export const parseLimit = (text: string): number => parseWholeNumber('--limit', text, 1, MAX_EVENTS)
