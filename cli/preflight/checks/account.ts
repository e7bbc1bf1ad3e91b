import { accountProblems } from '../../../infra/aws/installation.ts'
import type { Settings } from '../../../infra/aws/settings.ts'
import { type Facts, NAMED_KINDS, type NamedKind } from '../facts.ts'
import { type Finding, judged } from '../finding.ts'

/** Whether this is the account that the stage belongs to. */
export function checkAccount({ account, region }: Facts, settings: Settings): Finding[] {
  const here = `this is the account ${account}, in ${region}`
  const wrong = accountProblems(settings, account)
  if (wrong.length > 0) return wrong.map((says) => ({ check: 'account', level: 'failure', says }))
  if (settings.account === null && settings.data === 'keep')
    return [
      {
        check: 'account',
        level: 'warning',
        says: `${here}, and nothing keeps this stage from another one: write -c account=${account} into cdk.json`,
      },
    ]
  return [{ check: 'account', level: 'ok', says: here }]
}

/** The oldest bootstrap stack that the stack's synthesizer deploys with (aws-cdk-lib, MIN_BOOTSTRAP_STACK_VERSION). */
export const BOOTSTRAP_VERSION = 6

/** Whether the CDK has been bootstrapped in this account and region. */
export const checkBootstrap = ({ bootstrapVersion, account, region }: Facts): Finding[] =>
  judged('bootstrap', bootstrapVersion, (version) => {
    const command = `run npx cdk bootstrap aws://${account}/${region}`
    if (version === null)
      return [
        { level: 'failure', says: `the CDK is not bootstrapped in this account and region: ${command}` },
      ]
    if (version < BOOTSTRAP_VERSION)
      return [
        {
          level: 'failure',
          says: `the bootstrap stack has version ${version}, and ${BOOTSTRAP_VERSION} is needed: ${command}`,
        },
      ]
    return [{ level: 'ok', says: `the CDK is bootstrapped, version ${version}` }]
  })

/** What CloudFormation can only delete. */
const DEAD = new Set(['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED'])

/** Whether the stack can be created or updated as it is. */
export const checkStack = ({ stackStatus }: Facts, stack: string): Finding[] =>
  judged('stack', stackStatus, (status) => {
    if (status === null) return [{ level: 'ok', says: `there is no stack ${stack} yet: it will be created` }]
    if (DEAD.has(status))
      return [
        { level: 'failure', says: `the stack ${stack} is in ${status}: delete it before you deploy again` },
      ]
    if (status === 'UPDATE_ROLLBACK_FAILED')
      return [
        {
          level: 'failure',
          says: `the stack ${stack} is in ${status}: continue its rollback in CloudFormation first`,
        },
      ]
    if (status.endsWith('_IN_PROGRESS'))
      return [{ level: 'failure', says: `the stack ${stack} is being changed (${status}): wait for its end` }]
    return [{ level: 'ok', says: `the stack ${stack} exists and can be updated (${status})` }]
  })

const ADVICE: Readonly<Record<NamedKind, string>> = {
  function: 'another stack has it; choose another name with -c name=',
  'log group': 'a stage that was removed has left it; delete it, or choose another name with -c name=',
  queue: 'another stack has it; choose another name with -c name=',
  'schedule group':
    'after cdk destroy it exists until all of its schedules are deleted; wait, or choose another name with -c name=',
  'event bus': 'another stack has it; choose another name with -c name=',
}

/** Whether the names of a stack that does not exist yet are free. */
export function checkNames({ takenNames, stackStatus }: Facts): Finding[] {
  // The names of a stack that exists are its own.
  if (stackStatus.kind === 'read' && stackStatus.value !== null) return []
  const findings = NAMED_KINDS.flatMap((kind) =>
    judged(`names: ${kind}`, takenNames[kind], (taken) =>
      taken.map((name) => ({ level: 'failure', says: `there is a ${kind} ${name}: ${ADVICE[kind]}` })),
    ),
  )
  if (findings.length > 0) return findings
  return [{ check: 'names', level: 'ok', says: `the name of every ${NAMED_KINDS.join(', ')} is free` }]
}
