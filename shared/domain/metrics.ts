/** The namespace of every metric of this product. */
export const METRIC_NAMESPACE = 'FleetAwareness'

/**
 * The names under which metrics are emitted, and under which alarms and the dashboard look for them.
 * The dimensions are `service` and `stage`, and never the id of a host: one metric per host costs more than probing it.
 */
export const PROBE_METRICS = {
  probes: 'Probes',
  successes: 'ProbeSuccesses',
  failures: 'ProbeFailures',
  inFlight: 'ProbesInFlight',
  inconclusive: 'ProbesInconclusive',
  /** The inconclusive probes that the prober could not make, though it may connect to the host. */
  proberFaults: 'ProberFaults',
  /** The inconclusive probes of addresses that the policy does not allow. */
  addressesRefused: 'AddressesRefused',
  duplicates: 'ProbesDuplicate',
  unknownHosts: 'ProbesUnknownHost',
  transitions: 'Transitions',
  wentDown: 'HostsWentDown',
  latencyMs: 'ProbeLatencyMs',
  lagMs: 'ProbeLagMs',
} as const

/** The metrics of the fan-out, in every run: gauges of the fleet, and what became of its schedules. */
export const FAN_OUT_METRICS = {
  hostsUnknown: 'HostsUnknown',
  hostsReachable: 'HostsReachable',
  hostsUnreachable: 'HostsUnreachable',
  /** Those under maintenance, which the three above leave out. */
  hostsInMaintenance: 'HostsInMaintenance',
  /** The hosts that are flapping: people are told of that, and not of each change. */
  hostsFlapping: 'HostsFlapping',
  /** The hosts that are not probed because the policy does not allow their address. */
  hostsUnprobeable: 'HostsUnprobeable',
  oldestOverdueSeconds: 'OldestOverdueProbeSeconds',
  /** For how long no host was probed; 0 without hosts. */
  secondsWithoutProbe: 'SecondsWithoutProbe',
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

/** The metrics of the publish function, in every run. */
export const PUBLISH_METRICS = {
  published: 'EventsPublished',
  /** Events that the bus did not take, a count for each attempt. */
  refused: 'EventsRefused',
  waiting: 'EventsWaiting',
  oldestWaitingSeconds: 'OldestEventWaitingSeconds',
  /** The time from the transaction of a change to the bus, for the event that waited longest in a run. */
  longestWaitSeconds: 'EventToBusSeconds',
  digestsSent: 'DigestsSent',
} as const

/** Of the inventory function, in every run. */
export const INVENTORY_METRICS = {
  hostsAdded: 'InventoryHostsAdded',
  hostsRemoved: 'InventoryHostsRemoved',
  /** Hosts that are listed no longer and stay, because they are more than may leave at once. */
  removalsRefused: 'InventoryRemovalsRefused',
  /** Machines that are tagged, and of which no host can be made. */
  machinesLeftOut: 'InventoryMachinesLeftOut',
  /** Accounts and regions that could not be listed. */
  sourcesFailed: 'InventorySourcesFailed',
} as const

/** The metrics of the operate function: what it changed. */
export const OPERATE_METRICS = {
  hostsChanged: 'HostsChanged',
  hostsRemoved: 'HostsRemoved',
  policyChanges: 'PolicyChanges',
} as const

/**
 * The metrics of every function: invocations that failed, and those that failed because the database did not answer.
 */
export const FUNCTION_METRICS = { faults: 'Faults', databaseUnreachable: 'DatabaseUnreachable' } as const

/** The metrics of the drift function. Kinds of drift are counted once per scan, the rest once per message. */
export const DRIFT_METRICS = {
  scansJudged: 'ScansJudged',
  stable: 'ScansStable',
  improvements: 'DriftImprovements',
  minorWorsenings: 'DriftMinorWorsenings',
  majorWorsenings: 'DriftMajorWorsenings',
  /** Stable for want of comparison: first scans, and those with nothing scored on one side. */
  withoutVerdict: 'ScansWithoutVerdict',
  /** Those of them in which every check failed to run or was skipped. */
  nothingScored: 'NothingScored',
  rejected: 'ScanMessagesRejected',
  retried: 'ScanMessagesRetried',
  /** The time from `completed_at` to the verdict. */
  verdictMs: 'ScanToVerdictMs',
} as const

/** Of the ingest function: a count for each object by what came of it, and for each message that is tried again. */
export const INGEST_METRICS = {
  recorded: 'ScanFilesRecorded',
  /** The same content was recorded before. */
  repeated: 'ScanFilesRepeated',
  /** A later scan of the host was recorded before. */
  superseded: 'ScanFilesSuperseded',
  /** Deleted before it was read. */
  gone: 'ScanFilesGone',
  rejected: 'ScanFilesRejected',
  retried: 'ScanFilesRetried',
} as const
