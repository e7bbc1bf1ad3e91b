import {
  DescribeEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge'
import { type BusEvent, EVENT_SOURCE, type PutFault } from '../domain/bus-event.ts'
import { BOUNDED_CALLS } from './client-settings.ts'

/** A client whose calls end: the SDK's own has no timeout. Region, credentials and endpoint come from its environment. */
export const createEventBridgeClient = (): EventBridgeClient => new EventBridgeClient(BOUNDED_CALLS)

export type EventBus = {
  /**
   * Whether the bus is there. PutEvents does not say so: events on a bus that does not exist are answered with
   * success and dropped (EventBridge user guide, "Sending events with PutEvents").
   */
  readonly exists: (signal: AbortSignal) => Promise<boolean>
  /** Puts at most ten events, in one call. In the order of the events: null where the bus took one. A call that fails is thrown. */
  readonly put: (events: readonly BusEvent[], signal: AbortSignal) => Promise<(PutFault | null)[]>
}

/** One bus of EventBridge, by its name or ARN. */
export function eventBus(client: EventBridgeClient, busName: string): EventBus {
  return {
    exists: async (signal) => {
      try {
        await client.send(new DescribeEventBusCommand({ Name: busName }), { abortSignal: signal })
        return true
      } catch (error) {
        if (error instanceof Error && error.name === 'ResourceNotFoundException') return false
        throw error
      }
    },
    put: async (events, signal) => {
      const command = new PutEventsCommand({ Entries: events.map((event) => entry(event, busName)) })
      const { Entries = [] } = await client.send(command, { abortSignal: signal })
      return events.map((_, i) => parseFault(Entries[i]))
    },
  }
}

const entry = (event: BusEvent, busName: string): PutEventsRequestEntry => ({
  EventBusName: busName,
  Source: EVENT_SOURCE,
  DetailType: event.detailType,
  Time: event.time,
  Detail: event.detail,
})

/** An entry of which the answer says nothing was not taken, as far as anybody knows. */
function parseFault(
  result: {
    EventId?: string | undefined
    ErrorCode?: string | undefined
    ErrorMessage?: string | undefined
  } = {},
): PutFault | null {
  if (result.EventId !== undefined) return null
  return { code: result.ErrorCode ?? 'NoAnswer', message: result.ErrorMessage ?? '' }
}
