import type { parseArgs } from 'node:util'
import type { PolicyChanges } from '../../shared/contracts/policy.ts'
import type { QuietReason } from '../../shared/domain/operator-queries.ts'
import type { ReachabilityStatus } from '../../shared/domain/reachability.ts'
import {
  parseChanges,
  parseHostText,
  parseHostTexts,
  parseLimit,
  parseMaintenanceMs,
  parseOnly,
  parseReason,
  parseScanId,
  parseState,
} from './flag-values.ts'
import { IMPORT_USAGE, type ImportFile, type ImportMachines, parseImport } from './parse-import.ts'
import { parseSince, type Since } from './since.ts'

export type FleetCommand =
  | ImportFile
  | ImportMachines
  | {
      readonly name: 'hosts'
      readonly state: ReachabilityStatus | null
      readonly only: QuietReason | undefined
    }
  | { readonly name: 'host' | 'probe'; readonly host: string }
  | { readonly name: 'policy' | 'status' }
  | { readonly name: 'policy set'; readonly changes: PolicyChanges }
  | {
      readonly name: 'events'
      readonly since: Since
      readonly host: string | null
      readonly action: string | null
      readonly limit: number
    }
  | { readonly name: 'scans'; readonly host: string; readonly limit: number }
  | {
      readonly name: 'maintenance start'
      readonly hosts: readonly string[]
      readonly durationMs: number
      readonly reason: string
      readonly dryRun: boolean
    }
  | { readonly name: 'maintenance list' }
  | { readonly name: 'maintenance end'; readonly hosts: readonly string[] }
  | { readonly name: 'scans forget'; readonly host: string; readonly scanId: string }

/** Every flag of every command. */
export const OPTIONS = {
  stage: { type: 'string' },
  local: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  prune: { type: 'boolean' },
  yes: { type: 'boolean' },
  resolve: { type: 'string' },
  from: { type: 'string' },
  tag: { type: 'string' },
  'dry-run': { type: 'boolean' },
  state: { type: 'string' },
  since: { type: 'string' },
  host: { type: 'string' },
  action: { type: 'string' },
  limit: { type: 'string' },
  for: { type: 'string' },
  reason: { type: 'string' },
  maintenance: { type: 'boolean' },
  flapping: { type: 'boolean' },
} as const

/** The flags that were given. */
export type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']
export type Flag = keyof typeof OPTIONS

/** A command: the flags that go with it, how many words follow it, how it is typed, and what it is built from. */
type Grammar = {
  readonly flags: readonly Flag[]
  readonly words: readonly [least: number, most: number]
  readonly usage: string
  readonly build: (words: readonly string[], values: Values) => FleetCommand
}

/** How each command is typed. */
export const GRAMMAR: Readonly<Record<FleetCommand['name'], Grammar>> = {
  import: {
    flags: ['prune', 'yes', 'resolve', 'from', 'dry-run', 'tag'],
    words: [0, 1],
    usage: IMPORT_USAGE,
    build: parseImport,
  },
  hosts: {
    flags: ['state', 'maintenance', 'flapping'],
    words: [0, 0],
    usage: 'hosts [--state STATE] [--maintenance | --flapping]',
    build: (_, { state, maintenance = false, flapping = false }) => ({
      name: 'hosts',
      state: state === undefined ? null : parseState(state),
      only: parseOnly({ maintenance, flapping }),
    }),
  },
  host: {
    flags: [],
    words: [1, 1],
    usage: 'host HOST',
    build: ([host = '']) => ({ name: 'host', host: parseHostText(host) }),
  },
  probe: {
    flags: [],
    words: [1, 1],
    usage: 'probe HOST',
    build: ([host = '']) => ({ name: 'probe', host: parseHostText(host) }),
  },
  policy: { flags: [], words: [0, 0], usage: 'policy', build: () => ({ name: 'policy' }) },
  status: { flags: [], words: [0, 0], usage: 'status', build: () => ({ name: 'status' }) },
  'policy set': {
    flags: [],
    words: [1, Number.POSITIVE_INFINITY],
    usage: 'policy set KEY=VALUE ...',
    build: (texts) => ({ name: 'policy set', changes: parseChanges(texts) }),
  },
  events: {
    flags: ['since', 'host', 'action', 'limit'],
    words: [0, 0],
    usage: 'events [--since TIME] [--host HOST] [--action ACTION] [--limit N]',
    build: (_, values) => ({
      name: 'events',
      since: parseSince(values.since ?? '24h'),
      host: values.host === undefined ? null : parseHostText(values.host),
      action: values.action || null,
      limit: parseLimit(values.limit ?? '100'),
    }),
  },
  scans: {
    flags: ['limit'],
    words: [1, 1],
    usage: 'scans HOST [--limit N]',
    build: ([host = ''], { limit = '100' }) => ({
      name: 'scans',
      host: parseHostText(host),
      limit: parseLimit(limit),
    }),
  },
  'maintenance start': {
    flags: ['for', 'reason', 'dry-run'],
    words: [1, Number.POSITIVE_INFINITY],
    usage: 'maintenance start HOSTS ... --for TIME --reason TEXT [--dry-run]',
    build: (hosts, values) => ({
      name: 'maintenance start',
      hosts: parseHostTexts(hosts),
      durationMs: parseMaintenanceMs(values.for),
      reason: parseReason(values.reason),
      dryRun: values['dry-run'] ?? false,
    }),
  },
  'maintenance list': {
    flags: [],
    words: [0, 0],
    usage: 'maintenance list',
    build: () => ({ name: 'maintenance list' }),
  },
  'maintenance end': {
    flags: [],
    words: [1, Number.POSITIVE_INFINITY],
    usage: 'maintenance end (HOSTS ... | ID)',
    build: (hosts) => ({ name: 'maintenance end', hosts: parseHostTexts(hosts) }),
  },
  'scans forget': {
    flags: [],
    words: [2, 2],
    usage: 'scans forget HOST SCAN-ID',
    build: ([host = '', scanId = '']) => ({
      name: 'scans forget',
      host: parseHostText(host),
      scanId: parseScanId(scanId),
    }),
  },
}
