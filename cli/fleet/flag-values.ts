import { MAX_NAME_CHARACTERS } from '../../shared/contracts/fleet-row.ts'
import { MAX_EVENTS } from '../../shared/contracts/operate-request.ts'
import { type PolicyChanges, parseSettings } from '../../shared/contracts/policy.ts'
import { hasControlCharacters } from '../../shared/domain/control-characters.ts'
import { UserError } from '../../shared/domain/errors.ts'
import { isUuid } from '../../shared/domain/ids.ts'
import {
  MAX_HOST_SELECTORS,
  MAX_MAINTENANCE_MS,
  MAX_REASON_CHARACTERS,
  MIN_MAINTENANCE_MS,
} from '../../shared/domain/maintenance.ts'
import { QUIET_REASONS, type QuietReason } from '../../shared/domain/operator-queries.ts'
import { REACHABILITY_STATUSES, type ReachabilityStatus } from '../../shared/domain/reachability.ts'
import { parseWholeNumber } from '../terminal/parse-flags.ts'
import { parseDurationMs } from './since.ts'

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

/** @throws UserError for both at once. */
export function parseOnly(flags: Readonly<Record<QuietReason, boolean>>): QuietReason | undefined {
  const given = QUIET_REASONS.filter((reason) => flags[reason])
  if (given.length > 1) throw new UserError([`--${given.join(' and --')} exclude each other`])
  return given[0]
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

/** @throws UserError for anything but texts that each may mean hosts, and not more of them than one command takes. */
export function parseHostTexts(texts: readonly string[]): readonly string[] {
  if (texts.length > MAX_HOST_SELECTORS) {
    throw new UserError([`at most ${MAX_HOST_SELECTORS} hosts, globs and networks are taken at a time`])
  }
  return texts.map(parseHostText)
}

/** @throws UserError for anything but a duration that a maintenance may have. */
export function parseMaintenanceMs(text: string | undefined): number {
  const durationMs = parseDurationMs(text ?? '')
  if (durationMs >= MIN_MAINTENANCE_MS && durationMs <= MAX_MAINTENANCE_MS) return durationMs
  const given = text === undefined ? 'is needed: it is' : `${JSON.stringify(text)} is not`
  throw new UserError([`--for ${given} a duration from 1m to 30d, such as 2h`])
}

/** @throws UserError for a reason that is missing, too long, or not one line. */
export function parseReason(text: string | undefined): string {
  const reason = text?.trim() ?? ''
  if (reason !== '' && reason.length <= MAX_REASON_CHARACTERS && !hasControlCharacters(reason)) return reason
  throw new UserError([`--reason is needed: one line of at most ${MAX_REASON_CHARACTERS} characters`])
}

/** @throws UserError for anything but a number of events that one answer can hold. */
export const parseLimit = (text: string): number => parseWholeNumber('--limit', text, 1, MAX_EVENTS)
