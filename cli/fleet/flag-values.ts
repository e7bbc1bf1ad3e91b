import { MAX_NAME_CHARACTERS } from '../../shared/contracts/fleet-row.ts'
import { MAX_EVENTS } from '../../shared/contracts/operate-request.ts'
import { type PolicyChanges, parseSettings } from '../../shared/contracts/policy.ts'
import { REACHABILITY_STATUSES, type ReachabilityStatus } from '../../shared/domain/reachability.ts'
import { type Since, sinceOf } from './since.ts'

/** What was typed cannot be meant: a line each. */
export class CommandLineError extends Error {
  readonly messages: readonly string[]

  constructor(...messages: readonly string[]) {
    super(messages.join('\n'))
    this.messages = messages
  }
}

export function named(text: string): string {
  if (text !== '' && text.length <= MAX_NAME_CHARACTERS) return text
  throw new CommandLineError(
    `a host is named by its name, address or id, not by ${text === '' ? 'nothing' : 'so long a text'}`,
  )
}

export function stateOf(text: string | undefined): ReachabilityStatus | null {
  if (text === undefined) return null
  const state = REACHABILITY_STATUSES.find((known) => known === text)
  if (state !== undefined) return state
  throw new CommandLineError(`--state ${JSON.stringify(text)} is none of ${REACHABILITY_STATUSES.join(', ')}`)
}

export function changesOf(texts: readonly string[]): PolicyChanges {
  const parsed = parseSettings(texts)
  if ('faults' in parsed) throw new CommandLineError(...parsed.faults)
  return parsed.changes
}

export function timeOf(text: string): Since {
  const since = sinceOf(text)
  if (since !== null) return since
  throw new CommandLineError(
    `--since ${JSON.stringify(text)} is neither a stretch of time, such as 30m, 24h or 7d, nor a time, such as 2026-03-01T10:00:00Z`,
  )
}

export function limitOf(text: string): number {
  const limit = /^\d+$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= MAX_EVENTS) return limit
  throw new CommandLineError(`--limit ${JSON.stringify(text)} is not a whole number from 1 to ${MAX_EVENTS}`)
}
