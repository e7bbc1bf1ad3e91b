/** What all audit events have in common. `Detail` is a contract: docs/contracts.md. */
export type Describes<
  Action extends string,
  Severity extends string,
  Detail,
  Resource extends string = 'host',
> = {
  readonly action: Action
  readonly severity: Severity
  readonly outcome: 'success' | 'failure'
  readonly resourceType: Resource
  readonly resourceId: string
  readonly detail: Detail
}
