import { type Resource, resourcesOf, type Synthesised } from './synth.ts'

export type Statement = {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action?: string | readonly string[]
  readonly NotAction?: string | readonly string[]
  readonly Resource: unknown
  readonly Condition?: Record<string, Record<string, unknown>>
}

const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

export const actionsOf = ({ Action }: Statement): readonly string[] => listOf(Action)

/** The function of a folder, by its name. */
export function functionOf(synthesised: Pick<Synthesised, 'json'>, folder: string): Resource {
  const found = resourcesOf(synthesised, 'AWS::Lambda::Function').filter(([, { Properties }]) =>
    String(Properties.FunctionName).endsWith(`-${folder}`),
  )
  const [only] = found
  if (only === undefined || found.length > 1)
    throw new Error(`${found.length} functions are named …-${folder}`)
  return only[1]
}

/** What a role may do, from all policies that are attached to it. */
export function statementsOf(synthesised: Synthesised, roleId: string): Statement[] {
  const inline = synthesised.json.Resources[roleId]?.Properties.Policies ?? []
  const own = (inline as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  )
  const attached = resourcesOf(synthesised, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => JSON.stringify(Properties.Roles).includes(`"${roleId}"`))
    .flatMap(([, { Properties }]) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement)
  return [...own, ...attached]
}

/** The logical id that `Fn::GetAtt` or `Ref` names. */
export function idOf(reference: unknown): string {
  const { 'Fn::GetAtt': attribute, Ref } = reference as { 'Fn::GetAtt'?: readonly string[]; Ref?: string }
  const id = attribute?.[0] ?? Ref
  if (id === undefined) throw new Error(`not a reference: ${JSON.stringify(reference)}`)
  return id
}

/**
 * The statements that a function's own code can use: its role serves Lambda too, but requests that bear the
 * function's ARN are denied all that the denial does not except.
 */
export function usableByCode(synthesised: Synthesised, folder: string): Statement[] {
  const statements = statementsOf(synthesised, idOf(functionOf(synthesised, folder).Properties.Role))
  const [denial] = statements.filter(({ Effect }) => Effect === 'Deny')
  const arn = JSON.stringify(denial?.Condition?.ArnEquals?.['lambda:SourceFunctionArn'] ?? '')
  if (denial === undefined || !arn.includes(`-${folder}"`) || denial.Resource !== '*') {
    throw new Error(`nothing denies the code of ${folder} anything`)
  }
  const excepted = listOf(denial.NotAction)
  return statements
    .filter(({ Effect }) => Effect === 'Allow')
    .map((statement) => ({
      ...statement,
      Action: actionsOf(statement).filter((name) => excepted.includes(name)),
    }))
    .filter(({ Action }) => Action.length > 0)
}

/** The same without writing to its own log. */
export function usableApis(synthesised: Synthesised, folder: string): Statement[] {
  return usableByCode(synthesised, folder).filter(
    (statement) => !actionsOf(statement).includes('logs:PutLogEvents'),
  )
}
