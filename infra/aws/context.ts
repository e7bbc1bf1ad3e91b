/** The values of `-c name=value` that a stage may need, each with an explanation for the person who gives it. */
export const CONTEXT_VALUES = {
  name: 'what this installation is called, where an account has several: by default as its stage',
  account: 'the only account that the stage may be deployed into: 12 digits',
  reserve: '"no" where the account has too little concurrency to reserve any for the functions',
  vpcCidr: 'the addresses of the VPC that is created, as 10.91.0.0/16: none that a peered network has',
  availabilityZones:
    'the zones of the VPC that is created, separated by commas; without it the first two of the region',
  ipv6: '"yes" for a VPC with IPv6, or where your subnets have it: without it no IPv6 host is taken in',
  vpcId: 'the VPC that the functions join, vpc-…',
  subnetIds: 'its private subnets, separated by commas, with routes to the database and to the hosts',
  endpoints: '"create" where the subnets have no way to Scheduler and SQS',
  databaseSnapshot: 'the snapshot that the Aurora cluster is created from, in every deployment from then on',
  databaseHost: 'the name of the database server (the writer)',
  databasePort: 'its port',
  databaseName: 'the database in which the hosts table is, or shall be',
  databaseResourceId: 'for IAM sign-in: cluster-… or db-…, as the RDS console shows it',
  databaseOwner: 'the user that owns the schema and runs migrations',
  databaseSecretArn: 'instead of IAM: the Secrets Manager secret with the passwords',
  databaseSecretVersion: 'the version of that secret to deploy',
  databaseMaxConnections: 'how many connections the functions may count on',
  databaseSecurityGroupId: "the database's security group, which is then opened to the functions",
  databaseCluster: 'its Aurora cluster identifier, for the connections alarm',
  databaseInstance: 'its RDS instance identifier, for the connections alarm',
  databasePassword: "the owner's password, for an emulator",
  scanners: 'who may send scan messages: account ids or role ARNs, separated by commas',
  notifyEmails: 'addresses for the digest of changes, separated by commas',
  slackWorkspaceId: 'the Slack workspace for the digest, as its administrators see it: T…',
  slackChannelId: 'the Slack channel for the digest: C…',
  inventory: 'which machines come into the fleet by their tag: ec2, ssm, both with a comma between, or off',
  inventoryRegions: 'their regions, separated by commas; without it the region of the stack',
  inventoryRoles: 'roles in other accounts whose machines come too: ARNs, separated by commas',
  subscribers: 'event buses that every event is handed on to: ARNs, separated by commas',
  alarmTopicArn: 'an SNS topic for the alarms',
  alarmMessages: '"questions" for one message per question of the dashboard instead of one per alarm',
  alarmEmails: 'addresses for the alarms, separated by commas',
  runbook: 'where docs/operations.md can be read',
} as const

export type ContextName = keyof typeof CONTEXT_VALUES

/**
 * Reads context values for a stage. It collects what is missing or wrong, so that all problems are reported
 * at once.
 */
export type Given = {
  readonly text: (name: ContextName) => string
  readonly optional: (name: ContextName) => string | null
  readonly list: (name: ContextName) => readonly string[]
  /** A list with at least one item. */
  readonly filledList: (name: ContextName) => readonly string[]
  /** A list in which each item is one of `known`. */
  readonly listOf: <Item extends string>(
    name: ContextName,
    known: readonly Item[],
    otherwise: string,
  ) => readonly Item[]
  readonly count: (name: ContextName, otherwise: number) => number
  readonly yesOrNo: (name: ContextName, otherwise: 'yes' | 'no') => boolean
  readonly problems: readonly string[]
}

/** `look` is `app.node.tryGetContext`; `stage` is named in the sentences. */
export function givenFrom(look: (name: string) => unknown, stage: string): Given {
  const problems: string[] = []
  const optional = (name: ContextName): string | null => {
    const value: unknown = look(name)
    if (value === undefined || value === null || value === '') return null
    return String(value)
  }
  const text = (name: ContextName): string => {
    const value = optional(name)
    if (value === null) problems.push(`stage ${stage} needs -c ${name}=… (${CONTEXT_VALUES[name]})`)
    return value ?? ''
  }
  const count = (name: ContextName, otherwise: number): number => {
    const value = optional(name)
    if (value === null) return otherwise
    if (/^[1-9][0-9]*$/.test(value)) return Number(value)
    problems.push(`-c ${name}=${value}: give a whole number of 1 or more (${CONTEXT_VALUES[name]})`)
    return otherwise
  }
  const yesOrNo = (name: ContextName, otherwise: 'yes' | 'no'): boolean => {
    const value = optional(name) ?? otherwise
    if (value !== 'yes' && value !== 'no')
      problems.push(`-c ${name}=${value}: give yes or no (${CONTEXT_VALUES[name]})`)
    return value === 'yes'
  }
  return {
    problems,
    optional,
    text,
    count,
    yesOrNo,
    listOf: (name, known, otherwise) =>
      parseItems(optional(name) ?? otherwise).flatMap((item) => {
        const found = known.find((each) => each === item)
        if (found === undefined)
          problems.push(
            `-c ${name}=${optional(name)}: ${item} is none of ${known.join(', ')} (${CONTEXT_VALUES[name]})`,
          )
        return found === undefined ? [] : [found]
      }),
    list: (name) => parseItems(optional(name) ?? ''),
    filledList: (name) => parseItems(text(name)),
  }
}

const parseItems = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
