import * as z from 'zod'
import { parseHostId } from '../domain/ids.ts'
import { QUIET_REASONS } from '../domain/operator-queries.ts'
import { REACHABILITY_STATUSES } from '../domain/reachability.ts'
import { FleetRow, MAX_NAME_CHARACTERS } from './fleet-row.ts'
import { MAINTENANCE_REQUESTS } from './maintenance.ts'
import { PolicyChanges } from './policy.ts'
import { storableText, storableTime } from './storable.ts'

/** Hosts in one request or answer: Lambda takes and gives 6 MB at most, and a host is some 350 bytes of JSON. */
export const MAX_HOSTS_PER_PAGE = 5000
/** Events or scans in one answer: each is some 700 bytes of JSON. */
export const MAX_EVENTS = 1000

const HostIdText = z.guid().transform(parseHostId)

/** What the operate function is asked: one command. */
export const OperateRequest = z.discriminatedUnion('command', [
  z.strictObject({
    command: z.literal('hosts'),
    state: z.enum(REACHABILITY_STATUSES).optional(),
    /** Only hosts that people do not hear of, for this reason. */
    only: z.enum(QUIET_REASONS).optional(),
    /** The last host of the page before; without it the first page. */
    after: z.strictObject({ name: storableText(), id: HostIdText }).optional(),
    limit: z.int().min(1).max(MAX_HOSTS_PER_PAGE).default(MAX_HOSTS_PER_PAGE),
  }),
  /** The hosts that a text may mean: an id, a name or an address. */
  z.strictObject({ command: z.literal('find'), text: storableText().min(1).max(MAX_NAME_CHARACTERS) }),
  z.strictObject({ command: z.literal('host'), hostId: HostIdText }),
  z.strictObject({
    command: z.literal('import'),
    hosts: z
      .array(FleetRow)
      .min(1)
      .max(MAX_HOSTS_PER_PAGE)
      .refine((hosts) => new Set(hosts.map(({ id }) => id)).size === hosts.length, 'a host is in it twice'),
  }),
  z.strictObject({
    command: z.literal('remove'),
    hostIds: z.array(HostIdText).min(1).max(MAX_HOSTS_PER_PAGE),
  }),
  z.strictObject({ command: z.literal('policy') }),
  /** How the installation and its fleet are, in numbers. */
  z.strictObject({ command: z.literal('status') }),
  z.strictObject({ command: z.literal('policy.set'), changes: PolicyChanges }),
  z.strictObject({
    command: z.literal('events'),
    since: storableTime(),
    hostId: HostIdText.optional(),
    action: storableText().min(1).max(MAX_NAME_CHARACTERS).optional(),
    limit: z.int().min(1).max(MAX_EVENTS),
  }),
  /** The verdicts on the scans of a host. */
  z.strictObject({
    command: z.literal('scans'),
    hostId: HostIdText,
    limit: z.int().min(1).max(MAX_EVENTS),
  }),
  /** Takes a scan back out of state and log. */
  z.strictObject({
    command: z.literal('scans.forget'),
    hostId: HostIdText,
    scanId: z.guid().transform((text) => text.toLowerCase()),
  }),
  ...MAINTENANCE_REQUESTS,
])
/** A request as the function has parsed it. */
export type OperateRequest = z.output<typeof OperateRequest>
/** A request as it is sent. */
export type OperateRequestInput = z.input<typeof OperateRequest>
export type OperateCommand = OperateRequest['command']
export type RequestOf<Command extends OperateCommand> = Extract<OperateRequest, { command: Command }>
export type RequestInputOf<Command extends OperateCommand> = Extract<
  OperateRequestInput,
  { command: Command }
>
