import * as z from 'zod'
import { ADDRESS_CLASSES, formatAddressClasses, parseAddressClasses } from '../domain/addresses.ts'
import { NOTIFY_KINDS } from '../domain/digest-item.ts'
import {
  describeRange,
  isInRange,
  POLICY_RANGES,
  type PolicyKey,
  type PolicyValues,
} from '../domain/policy.ts'
import { DRIFT_BASES } from '../domain/verdict.ts'

const whole = (key: keyof typeof POLICY_RANGES): z.ZodNumber => {
  const range = POLICY_RANGES[key]
  const error = `must be ${describeRange(range)}`
  return z.number(error).refine((value) => isInRange(value, range), error)
}

const percentagePoints = (): z.ZodNumber => {
  const error = 'must be a number of percentage points above 0 and at most 100'
  return z.number(error).gt(0, error).lte(100, error)
}

const addressClasses = z.string().transform((text, context) => {
  const classes = parseAddressClasses(text)
  if (classes !== null) return formatAddressClasses(classes)
  const message = `must be one or more of ${ADDRESS_CLASSES.join(', ')}, with commas between`
  context.issues.push({ code: 'custom', message, input: text })
  return z.NEVER
})

/** The table has the same check. */
const ACTION_LIST = /^((\*|[A-Za-z0-9_.:-]+\*?)(,(\*|[A-Za-z0-9_.:-]+\*?))*)?$/
const MAX_ACTION_LIST_CHARACTERS = 1000

const actionList = (): z.ZodString => {
  const error = 'must be names of actions with commas between, each may end in *, such as scan.*,user.login'
  return z.string(error).max(MAX_ACTION_LIST_CHARACTERS, error).regex(ACTION_LIST, error)
}

const notifyKinds = (): z.ZodString => {
  const error = `must be some of ${NOTIFY_KINDS.join(', ')} with commas between, or empty`
  const isKind = (name: string): boolean => NOTIFY_KINDS.some((kind) => kind === name)
  return z.string(error).refine((text) => text === '' || text.split(',').every(isKind), error)
}

const SETTINGS = {
  probe_interval_seconds: whole('probe_interval_seconds'),
  failures_to_go_down: whole('failures_to_go_down'),
  successes_to_come_up: whole('successes_to_come_up'),
  hosts_per_schedule: whole('hosts_per_schedule'),
  drift_major_worsening_pp: percentagePoints(),
  drift_minor_worsening_pp: percentagePoints(),
  drift_improvement_pp: percentagePoints(),
  drift_basis: z.enum(DRIFT_BASES, `must be ${DRIFT_BASES.join(' or ')}`),
  allowed_addresses: addressClasses,
  publish_actions: actionList(),
  flapping_changes: whole('flapping_changes'),
  flapping_window_minutes: whole('flapping_window_minutes'),
  flapping_quiet_minutes: whole('flapping_quiet_minutes'),
  notify: notifyKinds(),
  remove_at_most_percent: whole('remove_at_most_percent'),
  confirm_after_seconds: whole('confirm_after_seconds'),
  hold_min_hosts: whole('hold_min_hosts'),
  hold_above_percent: whole('hold_above_percent'),
  hold_at_most_minutes: whole('hold_at_most_minutes'),
} satisfies Record<PolicyKey, z.ZodType>

/** The names of all settings. */
export const POLICY_KEYS = Object.keys(SETTINGS) as readonly PolicyKey[]

/** A complete policy, with each setting in its range. */
export const Policy: z.ZodType<PolicyValues> = z.strictObject(SETTINGS)

const unknownSetting = (key: string): string =>
  `there is no setting ${JSON.stringify(key)}: the settings are ${POLICY_KEYS.join(', ')}`

/** Some of the settings, and no other key. */
export const PolicyChanges = z
  .strictObject(SETTINGS, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys.map(unknownSetting).join('; ') : undefined,
  })
  .partial()
export type PolicyChanges = z.output<typeof PolicyChanges>

/** What is wrong with a policy as a whole, beyond each value in it: null where nothing is. */
export function policyFault(policy: PolicyValues): string | null {
  if (policy.flapping_changes === 1) return 'flapping_changes must be 0 (off) or from 2 to 100, not 1'
  const { drift_major_worsening_pp: major, drift_minor_worsening_pp: minor } = policy
  if (major >= minor) return null
  return `drift_major_worsening_pp (${major}) must not be below drift_minor_worsening_pp (${minor})`
}

export type ParsedSettings =
  | { readonly changes: PolicyChanges }
  /** A sentence each. */
  | { readonly faults: readonly string[] }

/** Reads `key=value` texts, as they are typed. */
export function parseSettings(texts: readonly string[]): ParsedSettings {
  const pairs = texts.map((text) => text.split(/=(.*)/s, 2))
  const malformed = texts.filter((_, i) => pairs[i]?.[1] === undefined || pairs[i][0] === '')
  const keys = pairs.map(([key = '']) => key)
  const twice = new Set(keys.filter((key, i) => keys.indexOf(key) !== i))
  const faults = [
    ...malformed.map((text) => `${JSON.stringify(text)} is not of the form key=value`),
    ...[...twice].map((key) => `${key} is given twice`),
  ]
  if (texts.length === 0) faults.push('no setting is given')
  if (faults.length > 0) return { faults }
  const parsed = PolicyChanges.safeParse(
    Object.fromEntries(pairs.map(([key = '', value = '']) => [key, parseSetting(value)])),
  )
  return parsed.success ? { changes: parsed.data } : { faults: describeIssues(parsed.error) }
}

const describeIssues = ({ issues }: z.ZodError): string[] =>
  issues.map(({ path, message }) => [...path, message].join(' '))

const parseSetting = (text: string): string | number => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text)
