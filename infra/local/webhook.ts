import { setTimeout as pause } from 'node:timers/promises'
import type { DeliveredEvent } from './emulators/event-bus/put-events.ts'

export type Webhook = {
  /** Queues an event, to be posted after those before it. */
  readonly deliver: (event: DeliveredEvent) => void
  /** Gives what is queued a moment, and then gives it up. */
  readonly stop: () => Promise<void>
}

export type WebhookOptions = {
  readonly url: string
  /** Called once when posting begins to fail, and for each event that is given up. */
  readonly onFault: (sentence: string) => void
  /** Pause before the second attempt, doubled with each further one: 1 s by default. */
  readonly firstPauseMs?: number
}

const REQUEST_TIMEOUT_MS = 5_000
const FIRST_PAUSE_MS = 1_000
const MAX_PAUSE_MS = 60_000
/** With the pauses between them: some five minutes. */
const MAX_ATTEMPTS = 10
/** A receiver that is unavailable for long must not fill the memory: the oldest events are then dropped. */
const MAX_QUEUED = 10_000
const STOP_MS = 2_000

/** What an attempt may be repeated after: too early, too many, and whatever is the server's own fault. */
const isWorthRepeating = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500

/**
 * Posts each event to a URL as EventBridge delivers it to a target, one after another in their order. Nothing waits
 * for it. An event that is refused, or that is not taken after ten attempts, is given up.
 */
export function startWebhook({ url, onFault, firstPauseMs = FIRST_PAUSE_MS }: WebhookOptions): Webhook {
  const queue: DeliveredEvent[] = []
  const stopping = new AbortController()
  let isFailing = false
  let posting: Promise<void> | null = null

  const failing = (why: string): void => {
    if (!isFailing) onFault(`webhook ${url}: ${why}; events are posted again`)
    isFailing = true
  }
  const postAll = async (): Promise<void> => {
    for (let event = queue[0]; event !== undefined; event = queue[0]) {
      const outcome = await postPatiently(event)
      if (stopping.signal.aborted) return
      queue.splice(queue.indexOf(event), 1)
      isFailing &&= outcome !== 'posted'
      if (outcome !== 'posted') onFault(`webhook ${url}: event ${event.id} is given up: ${outcome}`)
    }
  }
  const postPatiently = async (event: DeliveredEvent): Promise<string> => {
    for (let attempt = 1; ; attempt++) {
      const result = await post(url, event, stopping.signal)
      if (result === 'posted' || !result.isRepeated) return result === 'posted' ? result : result.why
      if (attempt === MAX_ATTEMPTS || stopping.signal.aborted) return result.why
      failing(result.why)
      const waitMs = Math.min(MAX_PAUSE_MS, firstPauseMs * 2 ** (attempt - 1))
      await pause(waitMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  return {
    deliver: (event) => {
      if (queue.length === MAX_QUEUED) queue.splice(1, 1)
      queue.push(event)
      posting ??= postAll().finally(() => {
        posting = null
      })
    },
    stop: async () => {
      const timer = setTimeout(() => stopping.abort(), isFailing ? 0 : STOP_MS)
      await posting
      clearTimeout(timer)
    },
  }
}

type PostResult = 'posted' | { readonly why: string; readonly isRepeated: boolean }

async function post(url: string, event: DeliveredEvent, stopping: AbortSignal): Promise<PostResult> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.any([stopping, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    })
    await response.body?.cancel()
    if (response.ok) return 'posted'
    return { why: `it answers ${response.status}`, isRepeated: isWorthRepeating(response.status) }
  } catch (error) {
    return { why: describeReason(error), isRepeated: true }
  }
}

/** fetch says "fetch failed", and why in the cause. */
function describeReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error.name === 'TimeoutError' ? 'no answer within 5 s' : error.message
}
