import { type Publishing, type PublishingDeps, startPublishing } from './publishing.ts'
import { startWebhook } from './webhook.ts'

export type SignalsDeps = PublishingDeps & {
  /** A URL that each event is posted to; null where none was given. */
  readonly webhook: string | null
  readonly onWebhookFault: (sentence: string) => void
}

/** Starts what brings changes to those who should hear of them: the event bus, publishing, and the webhook on it. */
export async function startSignals({
  webhook: url,
  onWebhookFault,
  onEvent,
  ...deps
}: SignalsDeps): Promise<Omit<Publishing, 'bus'>> {
  const webhook = url === null ? null : startWebhook({ url, onFault: onWebhookFault })
  const { log, publish, stop } = await startPublishing({
    ...deps,
    onEvent: (event) => {
      onEvent(event)
      webhook?.deliver(event)
    },
  })
  return {
    log,
    publish,
    stop: async () => {
      await stop()
      await webhook?.stop()
    },
  }
}
