import type { Settings } from './settings.ts'

/** An AWS service that the functions call from their network: the id of its endpoint, and its name in that of AWS's. */
export type CalledService = { readonly id: string; readonly service: string }

/**
 * The services that the functions of these settings call. Logs, metrics, polling a queue and tokens for the database need
 * no way to AWS. S3, through which the migrate function answers CloudFormation, has a gateway endpoint, which is free.
 */
export function calledServices({
  database,
  inventory,
}: Pick<Settings, 'database' | 'inventory'>): CalledService[] {
  const readsSecret = database.kind !== 'existing' || database.signIn.kind === 'secret'
  const kinds = inventory?.kinds ?? []
  return [
    { id: 'Scheduler', service: 'scheduler' },
    { id: 'Lambda', service: 'lambda' },
    { id: 'Sqs', service: 'sqs' },
    { id: 'EventBridge', service: 'events' },
    { id: 'Sns', service: 'sns' },
    ...(readsSecret ? [{ id: 'SecretsManager', service: 'secretsmanager' }] : []),
    ...(kinds.includes('ec2') ? [{ id: 'Ec2', service: 'ec2' }] : []),
    ...(kinds.includes('ssm') ? [{ id: 'Ssm', service: 'ssm' }] : []),
    ...((inventory?.roles ?? []).length > 0 ? [{ id: 'Sts', service: 'sts' }] : []),
  ]
}
