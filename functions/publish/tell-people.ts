import { composeDigest, type Digest } from '../../shared/domain/digest.ts'
import { addTold, mayTell, type Untold } from '../../shared/domain/digest-item.ts'

export type TellPorts = {
  readonly stage: string
  readonly now: () => Date
  readonly send: (digest: Digest) => Promise<void>
  /** Null where another run is telling. Commits what the body saved when it ends. */
  readonly whileTelling: <T>(body: (untold: Untold) => Promise<T>) => Promise<T | null>
}

/**
 * Sends people one digest of what changed since the last one, at most one in a minute. A run that ends between the
 * sending and the commit sends the same digest again; none is lost.
 */
export async function tellPeople(ports: TellPorts): Promise<Digest | null> {
  return ports.whileTelling(async ({ told, lastToldAt, kinds, read, countDown, save }) => {
    const now = ports.now()
    if (!mayTell(lastToldAt, now)) return null
    const rows = await read()
    if (rows.length === 0) return null
    const digest = composeDigest(rows, { stage: ports.stage, kinds, downNow: await countDown() })
    if (digest !== null) await ports.send(digest)
    // The rows' times are the database's, and so is this one: fleet time may run faster.
    const newestMs = Math.max(...rows.map(({ recordedAtMs }) => recordedAtMs))
    await save(addTold(told, rows, newestMs), digest === null ? null : now)
    return digest
  })
}
