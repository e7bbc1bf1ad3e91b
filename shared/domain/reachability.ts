/** Why a probe found no SSH server: a closed set, stored as it is written here. */
export const FAILURE_KINDS = [
  'tcp_timeout',
  'connection_refused',
  'host_unreachable',
  'network_unreachable',
  'administratively_prohibited',
  'connection_reset',
  'banner_timeout',
  'no_banner',
  'banner_mismatch',
  'ssh_refusing',
  'tcp_error',
] as const
export type FailureKind = (typeof FAILURE_KINDS)[number]

/**
 * What one probe saw. `inconclusive` is a probe that never left the prober's machine, or that the prober itself
 * gave up: it says nothing of the host. What a network answers is held against the host, whoever's network it is.
 */
export type ProbeResult =
  | { readonly kind: 'reachable'; readonly responseMs: number; readonly identification: string }
  | { readonly kind: 'unreachable'; readonly errorType: FailureKind }
  | { readonly kind: 'inconclusive'; readonly reason: string }

/** A result that counts for or against a host. */
export type Observation = Exclude<ProbeResult, { kind: 'inconclusive' }>

/** The states of a host. A host is `unknown` until enough probes agree. */
export const REACHABILITY_STATUSES = ['unknown', 'reachable', 'unreachable'] as const
export type ReachabilityStatus = (typeof REACHABILITY_STATUSES)[number]

export type Reachability = {
  readonly status: ReachabilityStatus
  readonly consecutiveFailures: number
  readonly consecutiveSuccesses: number
}

export type HysteresisThresholds = {
  /** Failures in a row, 1 or more, until a host is down. */
  readonly failuresToGoDown: number
  /** Successes in a row, 1 or more, until a host that was down is up. */
  readonly successesToComeUp: number
}

/** How many results in a row change a host's state, in a policy that sets neither number. */
export const DEFAULT_HYSTERESIS: HysteresisThresholds = { failuresToGoDown: 2, successesToComeUp: 1 }

/** The reachability of a host that has no result yet. */
export const NEVER_PROBED: Reachability = {
  status: 'unknown',
  consecutiveFailures: 0,
  consecutiveSuccesses: 0,
}

export type Step = {
  readonly next: Reachability
  /** Set when the status changed, and only then. */
  readonly transition: { readonly from: ReachabilityStatus; readonly to: ReachabilityStatus } | null
}

/**
 * The state machine, the only way a host's status changes.
 *
 * | prior       | success                                   | failure                                      |
 * | ----------- | ----------------------------------------- | -------------------------------------------- |
 * | unknown     | reachable                                 | unreachable after N in a row, until then unknown   |
 * | reachable   | reachable                                 | unreachable after N in a row, until then reachable |
 * | unreachable | reachable after M in a row                | unreachable                                  |
 */
export function step(
  prior: Reachability,
  observation: Pick<Observation, 'kind'>,
  thresholds: HysteresisThresholds,
): Step {
  return observation.kind === 'reachable' ? afterSuccess(prior, thresholds) : afterFailure(prior, thresholds)
}

function afterSuccess(prior: Reachability, { successesToComeUp }: HysteresisThresholds): Step {
  const consecutiveSuccesses = prior.consecutiveSuccesses + 1
  if (prior.status === 'unreachable' && consecutiveSuccesses < successesToComeUp) {
    return settled(prior, { ...prior, consecutiveSuccesses })
  }
  return settled(prior, { status: 'reachable', consecutiveFailures: 0, consecutiveSuccesses })
}

function afterFailure(prior: Reachability, { failuresToGoDown }: HysteresisThresholds): Step {
  const consecutiveFailures = prior.consecutiveFailures + 1
  const status = consecutiveFailures >= failuresToGoDown ? 'unreachable' : prior.status
  return settled(prior, { status, consecutiveFailures, consecutiveSuccesses: 0 })
}

function settled(prior: Reachability, next: Reachability): Step {
  const transition = prior.status === next.status ? null : { from: prior.status, to: next.status }
  return { next, transition }
}
