import * as z from 'zod'
import { EVENT_SOURCE } from '../domain/bus-event.ts'
import { AuditEventRow } from './audit-event.ts'

/** What every event has in its detail, beside the particulars of its action. */
const ENVELOPE = {
  id: z.guid().describe('Of the audit event. An event may be delivered more than once, always with this id.'),
  sequence: z.int().min(0).describe('Ascending in the order in which events were written.'),
  stage: z.string(),
  occurred_at: z.iso.datetime().describe('The time of the event in full precision.'),
  host: z
    .looseObject({ id: z.guid(), name: z.string(), address: z.string(), port: z.int() })
    .nullable()
    .describe('The host as it was when the event was published. Null where the event is about no host.'),
  flapping: z.boolean().describe('Whether the host was flapping when it happened.'),
  in_maintenance: z.boolean().describe('Whether the host was under maintenance when it happened.'),
}

/** Consumers ignore fields that they do not know: events only grow. */
const onBus = (row: (typeof AuditEventRow.options)[number]) =>
  z.looseObject({
    source: z.literal(EVENT_SOURCE),
    'detail-type': row.shape.action,
    time: z.iso.datetime(),
    detail: z.looseObject({ ...row.shape.detail.shape, ...ENVELOPE }),
  })

/** An event as the target of a rule receives it. */
export const PublishedEvent = z.union(AuditEventRow.options.map(onBus))
export type PublishedEvent = z.output<typeof PublishedEvent>

/** The contract as JSON Schema, for those who subscribe: docs/bus-events.schema.json. */
export const busEventsSchema = (): object => ({
  title: 'events on the bus, as EventBridge delivers them',
  ...z.toJSONSchema(PublishedEvent),
})
