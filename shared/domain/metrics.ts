/** The namespace of every metric of this product. */
export const METRIC_NAMESPACE = 'FleetAwareness'

/**
 * The names under which metrics are emitted, and under which alarms and the dashboard look for them.
 * Dimensions are `service` and `stage`; a host's id never is one (a metric a host costs more than probing it).
 */
export const PROBE_METRICS = {
  probes: 'Probes',
  successes: 'ProbeSuccesses',
  failures: 'ProbeFailures',
  inFlight: 'ProbesInFlight',
  inconclusive: 'ProbesInconclusive',
  /** Of the inconclusive ones, those that the prober could not make, though it may connect to the host. */
  proberFaults: 'ProberFaults',
  /** Of the inconclusive ones, those whose address policy does not allow. */
  addressesRefused: 'AddressesRefused',
  duplicates: 'ProbesDuplicate',
  unknownHosts: 'ProbesUnknownHost',
  transitions: 'Transitions',
  wentDown: 'HostsWentDown',
  latencyMs: 'ProbeLatencyMs',
  lagMs: 'ProbeLagMs',
} as const

/** Of the fan-out, in every run: gauges of the fleet, and what became of its schedules. */
export const FAN_OUT_METRICS = {
  hostsUnknown: 'HostsUnknown',
  hostsReachable: 'HostsReachable',
  hostsUnreachable: 'HostsUnreachable',
  /** Of all hosts, those that no probe is made of because policy does not allow their address. */
  hostsUnprobeable: 'HostsUnprobeable',
  oldestOverdueSeconds: 'OldestOverdueProbeSeconds',
  /** 1 while the prober is suspect and calls no host down, otherwise 0. */
  proberSuspect: 'ProberSuspect',
  schedulesWanted: 'SchedulesWanted',
  schedulesApplied: 'SchedulesApplied',
  schedulesLeftOver: 'SchedulesLeftOver',
  schedulesRefused: 'SchedulesRefused',
  schedulesPut: 'SchedulesPut',
  schedulesRemoved: 'SchedulesRemoved',
} as const

/** Of the fan-out, in runs that found any. */
export const CONFIRMATION_METRICS = {
  /** Hosts that failed when they were last probed, and are not down. */
  hostsFailing: 'HostsFailing',
  /** Hosts that were probed again out of turn. */
  hostsConfirmed: 'HostsConfirmed',
} as const

/** Of the function that publishes events, in every run. */
export const PUBLISH_METRICS = {
  published: 'EventsPublished',
  /** Events that the bus did not take, a count for each attempt. */
  refused: 'EventsRefused',
  waiting: 'EventsWaiting',
  oldestWaitingSeconds: 'OldestEventWaitingSeconds',
  /** From the transaction of a change to the bus, of the event that waited longest in a run. */
  longestWaitSeconds: 'EventToBusSeconds',
  digestsSent: 'DigestsSent',
} as const

/** Of the operator's door: what it changed. */
export const OPERATE_METRICS = {
  hostsChanged: 'HostsChanged',
  hostsRemoved: 'HostsRemoved',
  policyChanges: 'PolicyChanges',
} as const

/** Of every function: an invocation that failed, and one that failed because the database did not answer. */
export const FUNCTION_METRICS = { faults: 'Faults', databaseUnreachable: 'DatabaseUnreachable' } as const

/** Of the drift function. Kinds of drift are counted once a scan, the rest once a message. */
export const DRIFT_METRICS = {
  scansJudged: 'ScansJudged',
  stable: 'ScansStable',
  improvements: 'DriftImprovements',
  minorWorsenings: 'DriftMinorWorsenings',
  majorWorsenings: 'DriftMajorWorsenings',
  /** Stable for want of comparison: first scans, and those with nothing scored on one side. */
  withoutVerdict: 'ScansWithoutVerdict',
  /** Of those, scans whose every check errored or was skipped. */
  nothingScored: 'NothingScored',
  rejected: 'ScanMessagesRejected',
  retried: 'ScanMessagesRetried',
  /** From `completed_at` to the verdict. */
  verdictMs: 'ScanToVerdictMs',
} as const
