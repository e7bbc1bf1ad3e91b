import { isDeepStrictEqual } from 'node:util'
import { InvalidValueError } from '../domain/errors.ts'
import { isUuid } from '../domain/ids.ts'
import { RULE_STATUSES, type RuleStatus } from '../domain/rule-results.ts'
import { createRuleSet, type RuleSet } from '../domain/rule-set.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** The result of checking one rule on one host. */
export type RuleResult = {
  readonly ruleId: string
  readonly status: RuleStatus
  /** `critical`, `high`, `medium` and `low` are counted in drift events. Any other text is allowed. */
  readonly severity: string
  readonly evidence?: Json
  readonly frameworkRefs?: Json
  readonly skipReason?: string | null
}

/** A finished scan of one host. */
export type Scan = {
  readonly hostId: string
  readonly scanId: string
  /** Later than that of every earlier scan of the host, to the millisecond. */
  readonly completedAt: Date
  readonly results: readonly RuleResult[]
}

/** A scan has two different results for one rule, so that nobody can say which of them holds. */
export class ContradictoryResultsError extends Error {
  override readonly name = 'ContradictoryResultsError'
  readonly ruleIds: readonly string[]

  constructor(ruleIds: readonly string[]) {
    super(
      `${ruleIds.length} rules have contradicting results in one scan: ${ruleIds.slice(0, 10).join(', ')}`,
    )
    this.ruleIds = ruleIds
  }
}

/** A scan as it is stored: ids in lower case, every rule once, and no text that PostgreSQL cannot store. */
export type RecordableScan = Omit<Scan, 'results'> & {
  readonly results: readonly StoredResult[]
  readonly ruleSet: RuleSet
  /** How many rules passed and failed. */
  readonly passed: number
  readonly failed: number
}
export type StoredResult = {
  readonly rule_id: string
  readonly status: RuleStatus
  readonly severity: string
  readonly evidence: Json
  readonly framework_refs: Json
  readonly skip_reason: string | null
}

/**
 * Checks a scan, and brings it into the form in which it is stored.
 * @throws InvalidValueError for a wrong value, which it names. A scan without results is refused too: it would
 * leave no row to judge it by.
 * @throws ContradictoryResultsError
 */
export function recordableScan({ hostId, scanId, completedAt, results }: Scan): RecordableScan {
  for (const [field, id] of Object.entries({ hostId, scanId })) {
    if (!isUuid(id)) throw new InvalidValueError(field, `${field} is not a UUID: ${JSON.stringify(id)}`)
  }
  if (Number.isNaN(completedAt.getTime()))
    throw new InvalidValueError('completedAt', 'completedAt is no date')
  if (results.length === 0) throw new InvalidValueError('results', 'a scan needs at least one result')
  const stored = eachOnce(results.map(storedResult))
  return {
    hostId: hostId.toLowerCase(),
    scanId: scanId.toLowerCase(),
    completedAt,
    results: stored,
    ruleSet: createRuleSet(stored.map(({ rule_id }) => rule_id)),
    passed: stored.filter(({ status }) => status === 'pass').length,
    failed: stored.filter(({ status }) => status === 'fail').length,
  }
}

function eachOnce(results: readonly StoredResult[]): StoredResult[] {
  const byRule = new Map<string, StoredResult>()
  const contradicted = new Set<string>()
  for (const result of results) {
    const other = byRule.get(result.rule_id)
    if (other === undefined) byRule.set(result.rule_id, result)
    else if (!isDeepStrictEqual(other, result)) contradicted.add(result.rule_id)
  }
  if (contradicted.size > 0) throw new ContradictoryResultsError([...contradicted])
  return [...byRule.values()]
}

function storedResult(result: RuleResult): StoredResult {
  const { ruleId, status, severity, evidence, frameworkRefs, skipReason } = result
  if (!RULE_STATUSES.includes(status)) {
    throw new InvalidValueError('status', `rule ${ruleId}: no such status: ${JSON.stringify(status)}`)
  }
  return {
    rule_id: requireName('ruleId', ruleId),
    status,
    severity: requireName('severity', severity),
    evidence: storable(evidence ?? null),
    framework_refs: storable(frameworkRefs ?? null),
    skip_reason: skipReason == null ? null : storableText(skipReason),
  }
}

/** An entry of a B-tree index has at most 2,704 bytes (PostgreSQL), and a rule's id is part of one. */
const MAX_NAME_BYTES = 1_024

function requireName(field: string, text: string): string {
  const isStorable = typeof text === 'string' && text !== '' && text === storableText(text)
  if (isStorable && Buffer.byteLength(text) <= MAX_NAME_BYTES) return text
  throw new InvalidValueError(
    field,
    `${field} has to be 1 to ${MAX_NAME_BYTES} bytes of text without NUL: ${JSON.stringify(text)?.slice(0, 80)}`,
  )
}

/** Replaces by U+FFFD what the output of a command may contain and PostgreSQL cannot store: NUL and lone surrogates. */
const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD')

function storable(value: Json): Json {
  if (typeof value === 'string') return storableText(value)
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map(storable)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), storable(item)]))
}

/** `Array.isArray` does not narrow read-only arrays. */
const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
