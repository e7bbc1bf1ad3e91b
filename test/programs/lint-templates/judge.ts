/** What a judge objects to in a template. */
export type Finding = {
  readonly rule: string
  /** The type and the logical id of the resource, or the path in the template. */
  readonly where: string
  readonly text: string
}

/** A rule whose findings are right and stay, with the reason; `where` limits it to some resources, `stage` to one stage. */
export type Acknowledgement = {
  readonly reason: string
  readonly where?: RegExp
  readonly stage?: string
}

/** A program of somebody else's that judges templates. */
export type Judge = {
  readonly name: string
  readonly acknowledged: Readonly<Record<string, Acknowledgement>>
  /** @throws when the program does not run. */
  readonly find: (template: string) => Promise<readonly Finding[]>
}

/** Whether the judge's finding in the template of a stage is acknowledged. */
export function isAcknowledged(
  { acknowledged }: Pick<Judge, 'acknowledged'>,
  stage: string,
  { rule, where }: Pick<Finding, 'rule' | 'where'>,
): boolean {
  const known = acknowledged[rule]
  if (known === undefined) return false
  return (known.where?.test(where) ?? true) && (known.stage ?? stage) === stage
}
