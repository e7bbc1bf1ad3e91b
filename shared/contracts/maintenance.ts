import * as z from 'zod'
import { hasControlCharacters } from '../domain/control-characters.ts'
import {
  MAX_HOST_SELECTORS,
  MAX_MAINTENANCE_MS,
  MAX_REASON_CHARACTERS,
  MIN_MAINTENANCE_MS,
} from '../domain/maintenance.ts'
import { MAX_NAME_CHARACTERS } from './fleet-row.ts'
import { storableText } from './storable.ts'

const selectors = z.array(storableText().min(1).max(MAX_NAME_CHARACTERS)).min(1).max(MAX_HOST_SELECTORS)

/** What operators ask for about maintenances. */
export const MAINTENANCE_REQUESTS = [
  z.strictObject({
    command: z.literal('maintenance.start'),
    /** Names, addresses, globs, networks and ids; the hosts that they mean now are in it. */
    hosts: selectors,
    duration_ms: z.int().min(MIN_MAINTENANCE_MS).max(MAX_MAINTENANCE_MS),
    reason: storableText()
      .trim()
      .min(1)
      .max(MAX_REASON_CHARACTERS)
      .refine((text) => !hasControlCharacters(text), 'must be one line of plain text'),
    /** Only says which hosts it would be. */
    dry_run: z.boolean().default(false),
  }),
  z.strictObject({ command: z.literal('maintenance.list') }),
  z.strictObject({
    command: z.literal('maintenance.end'),
    /** As for the start; an id may also be that of a maintenance. */
    hosts: selectors,
  }),
] as const

const time = z.iso.datetime()

const MaintenanceListing = z.object({
  id: z.guid(),
  starts_at: time,
  ends_at: time,
  reason: z.string(),
  hosts: z.int(),
  /** How many of the hosts are unreachable now. */
  down: z.int(),
  /** Of the first hosts by name. */
  names: z.array(z.string()),
})
/** A maintenance that is under way. */
export type MaintenanceListing = z.infer<typeof MaintenanceListing>

const unmatched = z.object({ outcome: z.literal('unmatched'), texts: z.array(z.string()) })
const tooMany = z.object({ outcome: z.literal('too_many'), most: z.int() })

const started = {
  id: z.guid().nullable(),
  starts_at: time,
  ends_at: time,
  reason: z.string(),
  hosts: z.int(),
  names: z.array(z.string()),
}

const EndedListing = z.object({
  id: z.guid(),
  reason: z.string(),
  hosts: z.int(),
  /** Unreachable, and in no other maintenance. */
  still_down: z.int(),
  names: z.array(z.string()),
})

/** What operators are answered. */
export const MAINTENANCE_ANSWERS = {
  'maintenance.start': z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('started'), ...started }),
    /** Of a dry run; it has no id. */
    z.object({ outcome: z.literal('would_start'), ...started }),
    unmatched,
    tooMany,
  ]),
  'maintenance.list': z.object({
    maintenances: z.array(MaintenanceListing),
    /** Whether there are more than one answer holds. */
    more: z.boolean(),
  }),
  'maintenance.end': z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('ended'), maintenances: z.array(EndedListing) }),
    /** The hosts are known, and none of them is under maintenance. */
    z.object({ outcome: z.literal('not_in_maintenance') }),
    unmatched,
    tooMany,
  ]),
}
