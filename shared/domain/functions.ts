/** The table from which every list of functions derives: one row per function, and nothing about a function elsewhere. */
export type FunctionRow = {
  /** Below functions/, with the handler in it; also the last part of the function's name in AWS. */
  readonly folder: string
  /** What its log lines and metrics are filed under, and who acted in the audit events that it writes. */
  readonly service: string
  /** What AWS shows beside its name. */
  readonly description: string
} & (
  | {
      /** The database role that it signs in as; a migration makes it. */
      readonly role: string
      /** Where roles have passwords: the JSON field of the installation's secret, and the variable that migrations read. */
      readonly secret: { readonly field: string; readonly variable: string }
    }
  /** It signs in as the owner of the schema. */
  | { readonly role: null; readonly secret: null }
)

/** A set of functions by name: what derives from one takes it as an argument, and so does a test with a row of its own. */
export type FunctionTable = Readonly<Record<string, FunctionRow>>

/**
 * The functions of the product. To add one: a row here, a folder under functions/, a construct in
 * infra/aws/constructs/ named like the row, and a migration that makes its role. Everything else derives from
 * the row, or does not compile until it has what it needs.
 */
export const FUNCTIONS = {
  probe: {
    folder: 'probe',
    role: 'awareness_probe',
    service: 'awareness-probe',
    secret: { field: 'probe_password', variable: 'PROBE_PASSWORD' },
    description: 'Fleet Awareness: reads the SSH identification of the hosts that it is given',
  },
  'fan-out': {
    folder: 'fan-out',
    role: 'awareness_fan_out',
    service: 'awareness-fan-out',
    secret: { field: 'fan_out_password', variable: 'FAN_OUT_PASSWORD' },
    description: 'Fleet Awareness: keeps one schedule group in step with the hosts table',
  },
  drift: {
    folder: 'drift',
    role: 'awareness_drift',
    service: 'awareness-drift',
    secret: { field: 'drift_password', variable: 'DRIFT_PASSWORD' },
    description: 'Fleet Awareness: judges whether a finished scan found its host better or worse',
  },
  operate: {
    folder: 'operate',
    role: 'awareness_operate',
    service: 'awareness-operate',
    secret: { field: 'operate_password', variable: 'OPERATE_PASSWORD' },
    description: 'Fleet Awareness: answers operators, and changes hosts and policy for them',
  },
  publish: {
    folder: 'publish',
    role: 'awareness_publish',
    service: 'awareness-publish',
    secret: { field: 'publish_password', variable: 'PUBLISH_PASSWORD' },
    description: 'Fleet Awareness: puts audit events on the event bus',
  },
  inventory: {
    folder: 'inventory',
    role: 'awareness_inventory',
    service: 'awareness-inventory',
    secret: { field: 'inventory_password', variable: 'INVENTORY_PASSWORD' },
    description:
      'Fleet Awareness: keeps the hosts table in step with the machines that are tagged for the fleet',
  },
  ingest: {
    folder: 'ingest',
    role: 'awareness_scanner',
    service: 'awareness-ingest',
    secret: { field: 'scanner_password', variable: 'SCANNER_PASSWORD' },
    description: 'Fleet Awareness: records the results files that scanners put into the bucket',
  },
  migrate: {
    folder: 'migrate',
    role: null,
    service: 'awareness-migrate',
    secret: null,
    description: 'Fleet Awareness: applies migrations as the stack is deployed',
  },
} as const satisfies FunctionTable

export type FunctionName = keyof typeof FUNCTIONS

/** The functions that sign in as a role of their own: all that run once the stack is deployed. */
export type SigningFunctionName = {
  [Name in FunctionName]: (typeof FUNCTIONS)[Name]['role'] extends string ? Name : never
}[FunctionName]

export type FunctionRole = (typeof FUNCTIONS)[SigningFunctionName]['role']

/** A function's name, its role and where its password is found. */
export type FunctionSignIn = {
  readonly name: string
  readonly role: string
  readonly secret: { readonly field: string; readonly variable: string }
}

/** The functions of `table` that sign in as roles of their own, in the order of the table. */
export const functionSignIns = (table: FunctionTable = FUNCTIONS): FunctionSignIn[] =>
  Object.entries(table).flatMap(([name, { role, secret }]) => (role === null ? [] : [{ name, role, secret }]))

/** Every name in the table. */
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[]

/** The names of the functions that have a role of their own. */
export const SIGNING_FUNCTIONS = FUNCTION_NAMES.filter(
  (name): name is SigningFunctionName => FUNCTIONS[name].role !== null,
)

/** The roles that the functions sign in as. */
export const FUNCTION_ROLES: readonly FunctionRole[] = SIGNING_FUNCTIONS.map((name) => FUNCTIONS[name].role)
