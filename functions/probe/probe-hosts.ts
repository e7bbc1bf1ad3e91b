import type { HostOutcome } from '../../shared/contracts/probe-answer.ts'
import type { ProbeRequest } from '../../shared/contracts/probe-request.ts'
import { classifyAddress } from '../../shared/domain/addresses.ts'
import type { Claim, ClaimedHost } from '../../shared/domain/claim.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import { addressRefused, INVALID_ADDRESS } from '../../shared/domain/inconclusive.ts'
import type { ProberSuspect } from '../../shared/domain/prober-event.ts'
import type { ProbeResult } from '../../shared/domain/reachability.ts'
import { believe } from './believe.ts'
import { foundOut, judge } from './judge.ts'
import { noticeFlapping } from './notice-flapping.ts'

export type ProbePorts = {
  /** Holds the locks of the hosts for as long as the body runs, and commits what it saved when it ends. */
  readonly exclusively: <T>(hostIds: readonly HostId[], body: (claim: Claim) => Promise<T>) => Promise<T>
  /** Ends at once when `signal` aborts. */
  readonly probe: (
    target: { readonly address: string; readonly port: number },
    signal: AbortSignal,
  ) => Promise<ProbeResult>
  readonly now: () => Date
}

export type ProbeReport = {
  readonly outcomes: HostOutcome[]
  /** Set where this invocation began a hold. */
  readonly suspect: ProberSuspect | null
}

/** Claims the hosts, probes all at once, steps each, and saves states and changes in one transaction. */
export async function probeHosts(ports: ProbePorts, request: ProbeRequest): Promise<ProbeReport> {
  const scheduledTime = occurrence(request.scheduledTime, ports.now())
  return ports.exclusively(request.hostIds, async (claim) => {
    const [due, duplicates] = partition(claim.hosts, (host) => isDue(host, scheduledTime))
    const probed = await Promise.all(
      due.map(async (host) => ({ host, result: await probeAllowed(ports, host, claim) })),
    )
    const attemptedAt = ports.now()
    const { results, isHeld, suspect } = await believe(claim, probed, request.witnessIds, attemptedAt)
    const judged = results.map(({ host, result }) => judge(host, result, claim.thresholds, isHeld))
    const noticed = await noticeFlapping(claim, judged, attemptedAt)
    if (judged.length > 0) {
      const { changes, ...found } = foundOut(noticed.judged)
      await claim.save({
        attemptedAt,
        scheduledFor: scheduledTime,
        suspect,
        ...found,
        changes: [...changes, ...noticed.changes],
      })
    }
    const outcomes = noticed.judged.map(({ outcome }) => outcome)
    return { outcomes: [...outcomes, ...unprobed(claim, duplicates)], suspect }
  })
}

const unprobed = ({ inFlight, unknown }: Claim, duplicates: readonly ClaimedHost[]): HostOutcome[] => [
  ...duplicates.map(({ hostId }) => ({ hostId, outcome: 'duplicate' as const })),
  ...inFlight.map((hostId) => ({ hostId, outcome: 'in_flight' as const })),
  ...unknown.map((hostId) => ({ hostId, outcome: 'unknown_host' as const })),
]

/** More than any clock is wrong by. */
const MAX_AHEAD_MS = 24 * 60 * 60 * 1000

/** A time that far ahead was never Scheduler's. Kept, it would make duplicates of all that is due until then. */
const occurrence = (scheduledTime: Date | null, now: Date): Date | null =>
  scheduledTime !== null && scheduledTime.getTime() - now.getTime() > MAX_AHEAD_MS ? null : scheduledTime

/** Scheduler delivers at least once: an occurrence that was served already, or an older one, is not due. */
const isDue = (host: ClaimedHost, scheduledTime: Date | null): boolean =>
  scheduledTime === null || host.lastScheduledFor === null || scheduledTime > host.lastScheduledFor

/** Connects nowhere that policy does not allow, whoever wrote the host's address. */
async function probeAllowed(
  ports: Pick<ProbePorts, 'probe'>,
  host: ClaimedHost,
  { allowedAddresses, lost }: Pick<Claim, 'allowedAddresses' | 'lost'>,
): Promise<ProbeResult> {
  const kind = classifyAddress(host.address)
  if (kind === null) return { kind: 'inconclusive', reason: INVALID_ADDRESS }
  if (!allowedAddresses.has(kind)) return { kind: 'inconclusive', reason: addressRefused(kind) }
  return ports.probe(host, lost)
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = []
  const no: T[] = []
  for (const item of items) (belongs(item) ? yes : no).push(item)
  return [yes, no]
}
