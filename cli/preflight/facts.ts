import type { Reading } from './finding.ts'

/** The kinds of resources whose names are looked up. */
export const NAMED_KINDS = ['function', 'log group', 'queue', 'schedule group', 'event bus'] as const
export type NamedKind = (typeof NAMED_KINDS)[number]

export type Zone = { readonly name: string; readonly id: string }

export type Vpc = {
  readonly id: string
  readonly cidrs: readonly string[]
  /** The CloudFormation stack that it belongs to. */
  readonly stack: string | null
}

/** A subnet, with the targets of its routes. */
export type Subnet = {
  readonly id: string
  readonly vpcId: string
  readonly zone: string
  /** Of the route to 0.0.0.0/0: `nat-…`, `igw-…`, `tgw-…` and so on; null where there is none. */
  readonly defaultRoute: string | null
  /** Gateway endpoints in its route table: `vpce-…`. */
  readonly gatewayEndpoints: readonly string[]
}

/** An endpoint of a VPC, with the last part of the name of its service: `sqs`, `s3`. */
export type Endpoint = { readonly id: string; readonly service: string; readonly kind: string }

export type Network = {
  readonly subnets: readonly Subnet[]
  readonly endpoints: readonly Endpoint[]
  /** Ids that were asked for and do not exist. */
  readonly missing: readonly string[]
}

export type Quotas = {
  readonly vpcs: { readonly limit: number; readonly used: number }
  readonly addresses: { readonly limit: number; readonly used: number }
}

export type SchedulerQuotas = {
  readonly schedules: number | null
  readonly invocationsPerSecond: number | null
}

export type Offer = {
  /** Whether RDS offers the version in this region. */
  readonly hasVersion: boolean
  /** The versions that it offers with the same major number. */
  readonly versions: readonly string[]
  /** The zones in which it offers the instance class with this version. */
  readonly zones: readonly string[]
}

/** What is known of the account and the region before a deployment; null is what the stage does not need. */
export type Facts = {
  readonly account: string
  readonly region: string
  /** Null where there is no bootstrap stack. */
  readonly bootstrapVersion: Reading<number | null>
  /** The status of the stack; null where there is none. */
  readonly stackStatus: Reading<string | null>
  /** Names that the stack wants to give, and that exist. */
  readonly takenNames: Readonly<Record<NamedKind, Reading<readonly string[]>>>
  readonly concurrency: Reading<{ readonly limit: number; readonly unreserved: number }>
  readonly zones: Reading<readonly Zone[]> | null
  readonly vpcs: Reading<readonly Vpc[]> | null
  readonly quotas: Reading<Quotas> | null
  readonly schedulerQuotas: Reading<SchedulerQuotas>
  readonly network: Reading<Network> | null
  readonly offer: Reading<Offer> | null
}
