import { FUNCTIONS, type FunctionName } from './functions.ts'

/** What the name of every resource begins with. */
const PRODUCT = 'fleet-awareness'

/**
 * The most characters of an installation's name: an S3 bucket that has the account and the region in its name may have
 * 63 characters (Amazon S3 User Guide, "General purpose bucket naming rules"), which is the tightest limit of AWS that
 * such a name meets.
 */
export const MAX_INSTALLATION_NAME_LENGTH = 13

const INSTALLATION_NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?$/

/** Whether an installation may be called so: lower-case letters, digits and hyphens, for buckets allow nothing else. */
export const isInstallationName = (text: string): boolean =>
  text.length <= MAX_INSTALLATION_NAME_LENGTH && INSTALLATION_NAME.test(text)

/** The beginning of every name of an installation; by itself the name of its stack, its event bus and its archive. */
const formatPrefix = (installation: string): string => `${PRODUCT}-${installation}`

/** The name that a function has in AWS: the deployment and the callers of the function compute it here. */
export const functionName = (installation: string, name: FunctionName): string =>
  `${formatPrefix(installation)}-${FUNCTIONS[name].folder}`

export type Names = ReturnType<typeof createNames>

/**
 * The names of everything in an installation that is named by us, so that two installations in one account never
 * share a name. IAM policies and dashboards belong to the whole account, so their names contain the region as well.
 * IAM roles are named by CloudFormation: the name of the stack, and a random end.
 */
export const createNames = (installation: string) => {
  const prefix = formatPrefix(installation)
  const named = (part: string): string => `${prefix}-${part}`
  return {
    installation,
    stack: prefix,
    bus: prefix,
    archive: prefix,
    function: (name: FunctionName) => functionName(installation, name),
    probeSchedules: named('probes'),
    clocks: named('clock'),
    /** The schedule that runs a function. */
    clock: (name: FunctionName) => named(FUNCTIONS[name].folder),
    scans: named('scan-completed'),
    scanDeadLetters: named('scan-dead-letters'),
    scanFiles: named('scan-files'),
    scanFileDeadLetters: named('scan-file-dead-letters'),
    /** Buckets of all accounts and regions share their names. */
    scanBucket: (account: string, region: string) => named(`scans-${account}-${region}`),
    probeDeadLetters: named('probe-dead-letters'),
    undelivered: named('undelivered-events'),
    forwardRule: (number: number) => named(`forward-${number}`),
    instancesRule: named('instances'),
    digests: named('digests'),
    alarms: named('alarms'),
    alarm: (anchor: string) => named(anchor),
    operatorsPolicy: (region: string) => named(`operators-${region}`),
    dashboard: (region: string) => named(region),
    /** Where saved queries and SSM parameters are: a folder, because both show names as paths. */
    query: (query: string) => `${PRODUCT}/${installation}/${query}`,
    parameter: (parameter: string) => `/${PRODUCT}/${installation}/${parameter}`,
  }
}
