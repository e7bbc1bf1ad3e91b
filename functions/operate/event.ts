import * as z from 'zod'
import { FleetRow } from '../../shared/contracts/fleet-row.ts'
import { PolicyChanges } from '../../shared/contracts/policy.ts'
import { storableText, storableTime } from '../../shared/contracts/storable.ts'
import { parseHostId } from '../../shared/domain/ids.ts'
import { REACHABILITY_STATUSES } from '../../shared/domain/reachability.ts'

/** Lambda takes and gives 6 MB at most, and a host is some 350 bytes of JSON: a larger fleet comes in pages. */
export const MAX_HOSTS_PER_PAGE = 5000
/** Some 700 bytes each. */
export const MAX_EVENTS = 1000
/** A name has at most 253 characters, an address fewer. */
const MAX_TEXT_CHARACTERS = 253

const HostIdText = z.guid().transform(parseHostId)

/** The event of the operate function: one command. */
export const OperateEvent = z.discriminatedUnion('command', [
  z.strictObject({
    command: z.literal('hosts'),
    state: z.enum(REACHABILITY_STATUSES).optional(),
    /** The last host of the page before; without it the first page. */
    after: z.strictObject({ name: storableText(), id: HostIdText }).optional(),
    limit: z.int().min(1).max(MAX_HOSTS_PER_PAGE).default(MAX_HOSTS_PER_PAGE),
  }),
  /** The hosts that a text may mean: an id, a name or an address. */
  z.strictObject({ command: z.literal('find'), text: storableText().min(1).max(MAX_TEXT_CHARACTERS) }),
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
  z.strictObject({ command: z.literal('policy.set'), changes: PolicyChanges }),
  z.strictObject({
    command: z.literal('events'),
    since: storableTime(),
    hostId: HostIdText.optional(),
    action: storableText().min(1).max(MAX_TEXT_CHARACTERS).optional(),
    limit: z.int().min(1).max(MAX_EVENTS),
  }),
])
export type OperateEvent = z.output<typeof OperateEvent>
/** As it is sent, before it is checked. */
export type OperateRequest = z.input<typeof OperateEvent>
export type OperateCommand = OperateEvent['command']
export type EventOf<Command extends OperateCommand> = Extract<OperateEvent, { command: Command }>
