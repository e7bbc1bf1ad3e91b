import { composeDigest, type Digest } from '../../shared/domain/digest.ts'
import { addReported, type DigestWork, maySendDigest } from '../../shared/domain/digest-item.ts'

export type NotifyPorts = {
  readonly stage: string
  readonly now: () => Date
  readonly send: (digest: Digest) => Promise<void>
  /** Null where another run is telling. Commits what the body saved when it ends. */
  readonly withDigestState: <T>(body: (untold: DigestWork) => Promise<T>) => Promise<T | null>
}

/**
 * Sends people one digest of what changed since the last one, at most one in a minute. A run that ends between the
 * sending and the commit sends the same digest again; none is lost.
 */
export async function notifyPeople(ports: NotifyPorts): Promise<Digest | null> {
  return ports.withDigestState(async ({ reported, lastSentAt, kinds, read, countDown, save }) => {
    const now = ports.now()
    if (!maySendDigest(lastSentAt, now)) return null
    const rows = await read()
    if (rows.length === 0) return null
    const digest = composeDigest(rows, { stage: ports.stage, kinds, downNow: await countDown() })
    if (digest !== null) await ports.send(digest)
    // The rows' times are the database's, and so is this one: fleet time may run faster.
    const newestMs = Math.max(...rows.map(({ recordedAtMs }) => recordedAtMs))
    await save(addReported(reported, rows, newestMs), digest === null ? null : now)
    return digest
  })
}
